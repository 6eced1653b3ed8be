using System.Text.RegularExpressions;

namespace Warehouse.Reporting.Web;

/// <summary>What the page of jobs says for the codes and summaries of the history.</summary>
public static class JobText
{
    private static readonly (Regex English, string Japanese)[] Summaries =
    [
        (Of(@"(\d+) files, (\d+) known, (\d+) rows accepted, (\d+) quarantined"), "ファイル $1 件（うち取り込み済み $2 件）、受け付けた行 $3 行、隔離した行 $4 行"),
        (Of(@"(\d+) records decided again, (\d+) moved, (\d+) kept though no longer found, (\d+) links handed over"), "名寄せを見直した記録 $1 件、別の人に移した記録 $2 件、根拠が失われたが保った記録 $3 件、引き渡した名寄せ $4 件"),
        (Of(@"(\S+): (\d+) children, (\d+) scored, (\d+) with too few sources, (\d+) known cases; bands A (\d+), B (\d+), C (\d+)"), "$1 時点：こども $2 人、判定 $3 人、情報が少なく判定しない $4 人、把握済み $5 人、区分 A $6 人・B $7 人・C $8 人"),
        (Of(@"(\d+) briefs by (.+)"), "会議資料 $1 部（$2）"),
        (Of(@"(\d+) files, (\d+) figures hidden"), "統計のファイル $1 件、非表示にした数 $2 か所"),
        (Of(@"draft (\d+) of (\S+): (\d+) figures, (\d+) hidden"), "統計の案 $1（$2）、数値 $3 個のうち非表示 $4 個。点検と承認を待っています。"),
        (Of("the process ended before the job did"), "処理の途中でプログラムが止まりました。"),
    ];

    /// <summary>Returns the title of a job.</summary>
    public static string Name(string code, bool isEnglish) => isEnglish ? code : code switch
    {
        "load" => "取り込み",
        "link" => "名寄せの見直し",
        "score" => "判定",
        "brief" => "会議資料の作成",
        "statistics" => "統計の案の作成",
        _ => code,
    };

    /// <summary>Returns what started a run.</summary>
    public static string Trigger(string code, bool isEnglish) => isEnglish ? code : code switch
    {
        "schedule" => "定時",
        "catch-up" => "停止中の分",
        "manual" => "手動",
        _ => code,
    };

    /// <summary>Returns a summary in Japanese; the text of a fault stays as the program wrote it.</summary>
    public static string Japanese(string summary)
    {
        foreach ((Regex english, string japanese) in Summaries)
        {
            if (english.IsMatch(summary))
            {
                return english.Replace(summary, japanese);
            }
        }

        return summary;
    }

    private static Regex Of(string pattern) => new("^" + pattern + "$", RegexOptions.CultureInvariant);
}
