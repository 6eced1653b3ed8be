namespace Warehouse.Model.Items;

/// <summary>Reports data that cannot be mined, trained on or scored: what was found, what was expected, what to do.</summary>
public sealed class ModelException : Exception
{
    /// <summary>Creates the exception with its stable code and the three parts of its message.</summary>
    public ModelException(string code, string found, string expected, string action)
        : base($"{code}: found {found}; expected {expected}; {action}.")
    {
        Code = code;
    }

    /// <summary>Stable code such as <c>MDL-001</c>, never reused.</summary>
    public string Code { get; }
}
