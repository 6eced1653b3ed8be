namespace Warehouse.Sql;

/// <summary>Says that the warehouse itself is not as it should be: what was found, what was expected, where, what to do.</summary>
public class WarehouseException : Exception
{
    /// <summary>Makes an exception with a message for the person who runs the program.</summary>
    public WarehouseException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and its cause.</summary>
    public WarehouseException(string message, Exception? inner)
        : base(message, inner)
    {
    }

    /// <summary>The exit code of a command that ends with this exception.</summary>
    public virtual int ExitCode => 1;
}

/// <summary>Says that a database has another schema than this release can work with.</summary>
public sealed class SchemaMismatchException : WarehouseException
{
    /// <summary>Makes an exception with a message for the person who runs the program.</summary>
    public SchemaMismatchException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public override int ExitCode => 4;
}

/// <summary>Says that another process or job holds the warehouse.</summary>
public sealed class LockHeldException : WarehouseException
{
    /// <summary>Makes an exception with a message and its cause.</summary>
    public LockHeldException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <inheritdoc/>
    public override int ExitCode => 5;
}
