namespace Warehouse.Etl.Corrections;

/// <summary>The columns behind the sender's own ones in a correction report.</summary>
public static class CorrectionColumns
{
    /// <summary>The file that the row came in.</summary>
    public const string File = "【差戻】元ファイル";

    /// <summary>The line of that file.</summary>
    public const string Line = "【差戻】元の行番号";

    /// <summary>What names the row when it comes back; must not be changed.</summary>
    public const string Key = "【差戻】照合キー（変更しないでください）";

    /// <summary>The rule codes.</summary>
    public const string Codes = "【差戻】理由コード";

    /// <summary>Why the row was kept back.</summary>
    public const string Reason = "【差戻】理由";

    /// <summary>What was expected.</summary>
    public const string Expected = "【差戻】期待する内容";

    /// <summary>The whole line, where its cells could not be told apart.</summary>
    public const string Whole = "【差戻】元の行（項目に分けられない場合）";

    /// <summary>All of them, in their order.</summary>
    public static IReadOnlyList<string> All { get; } = [File, Line, Key, Codes, Reason, Expected, Whole];
}
