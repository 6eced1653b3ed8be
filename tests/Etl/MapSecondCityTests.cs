using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>The same city as two municipalities' systems would deliver it: the second comes in by mappings alone and tells the same facts.</summary>
public sealed class MapSecondCityTests : IDisposable
{
    // What the assistant cannot know of this vendor and a person has to state, by feed and column of the contract.
    private const string Completions = """
        {
          "arrears": {
            "fee_kind": {"codes": {"市民税等": "city_tax", "国民健康保険税": "health_tax", "保育所保育料": "nursery_fee", "学校給食費": "school_lunch", "水道料金": "water"}},
            "period_band": {"header": "未納期数", "codes": {"2期以内": "p1_2", "3期から5期": "p3_5", "6期以降": "p6_more"}}
          },
          "care_need": {
            "level_code": {"codes": {"支援１": "support_1", "支援２": "support_2", "介護１": "care_1", "介護２": "care_2", "介護３": "care_3", "介護４": "care_4", "介護５": "care_5"}}
          },
          "child_allowance": {
            "certificate_number": {"header": "受給資格者番号"},
            "payment_class": {"header": "給付種別", "codes": {"通常": "general", "特例": "special"}},
            "report_code": {"codes": {"受理済": "filed", "未着": "missing", "提出不要": "waived"}},
            "stop_code": {"codes": {"差止中": "stopped"}},
            "custody_code": {"header": "養育状況", "codes": {"同居養育": "together", "別居監護": "apart"}},
            "end_reason_code": {"codes": {"監護なし": "custody"}}
          },
          "council_case": {
            "address": {"header": "居所"},
            "category_code": {"header": "ケース種別", "codes": {"要保護児童": "protection", "要支援児童": "support", "妊婦": "pregnant"}},
            "severity_code": {"header": "リスク度", "codes": {"Ｓ": "most_severe", "Ａ": "severe", "Ｂ": "moderate", "Ｃ": "mild"}},
            "agency_code": {"codes": {"児相": "guidance_centre", "市相談室": "family_desk", "保健センター": "health", "学校・教育委員会": "school", "保育施設": "nursery"}},
            "confirmed_date": {"header": "直近確認日"},
            "review_date": {"header": "次回評価予定日"},
            "closed_reason_code": {"codes": {"状況改善": "improved", "市外転出": "moved_out", "年齢到達": "age", "他機関へ移管": "handed_over"}}
          },
          "counselling": {
            "channel_code": {"header": "担当区分", "codes": {"スクールカウンセラー": "counsellor", "スクールソーシャルワーカー": "social_worker", "相談室": "office", "適応指導教室": "support_centre"}},
            "topic_code": {"header": "相談主題", "codes": {"登校しぶり": "absence", "友人": "peers", "学業・進路": "learning", "家庭環境": "family", "発達面": "development", "心身の健康": "health", "その他": "other"}},
            "requester_code": {"header": "来談者", "codes": {"児童生徒": "child", "父母等": "guardian", "担任等": "school"}},
            "status_code": {"header": "経過区分", "codes": {"継続中": "continued", "終結": "ended"}}
          },
          "disability": {
            "kind_code": {"header": "手帳・サービス名", "codes": {"身障手帳": "physical", "療育": "intellectual", "精神手帳": "mental", "特児手当": "special_allowance", "児発": "infant_day_service", "放デイ": "school_day_service"}},
            "grade_code": {"header": "障害程度", "codes": {"一級": "1", "二級": "2", "三級": "3", "四級": "4", "五級": "5", "六級": "6", "重度A": "a", "中軽度B": "b"}},
            "amount_days": {"header": "月支給日数"}
          },
          "dv_consultation": {
            "case_number": {"header": "相談者番号"},
            "name_kanji": {"header": "相談者名"},
            "birth_date": {"header": "相談者誕生日"},
            "as_of_date": {"header": "照会基準日"},
            "has_consulted": {"header": "相談歴", "codes": {"相談歴あり": "1", "相談歴なし": "0"}}
          },
          "guidance": {
            "kind_code": {"header": "事案種別", "codes": {"いじめ事案": "bullying", "暴力": "violence", "徘徊等": "runaway", "その他": "other"}},
            "role_code": {"header": "関係区分", "codes": {"被害側": "target", "加害側": "actor", "当事者": "self"}},
            "form_code": {"header": "いじめの態様", "codes": {"言葉": "verbal", "無視": "exclusion", "身体的": "physical", "金品要求": "property", "SNS等": "online", "その他": "other"}},
            "status_code": {"header": "対応状況", "codes": {"指導中": "open", "経過見守り": "watched", "解消済": "resolved"}}
          },
          "livelihood": {
            "name_kana": {"header": "来談者カナ"},
            "topic_code": {"header": "主訴", "codes": {"家計・債務": "budget", "就労": "work", "住居": "housing", "健康面": "illness", "その他": "other"}}
          },
          "medical_month": {
            "certificate_number": {"header": "受給資格証番号"},
            "care_kind": {"header": "診療区分", "codes": {"医科入外": "medical", "歯科診療": "dental", "薬局": "pharmacy"}},
            "use_band": {"header": "レセプト件数", "codes": {"1件のみ": "one", "2件から4件": "two_to_four", "5件超過": "five_more"}}
          },
          "mood": {
            "entry_date": {"header": "入力日"},
            "mood_code": {"header": "心の天気", "codes": {"はれ": "sunny", "くもり": "cloudy", "あめ": "rain", "かみなり": "thunder"}}
          },
          "nurse_visit": {
            "visit_date": {"header": "利用日"},
            "visit_time": {"header": "利用時刻"},
            "category_code": {"header": "利用区分", "codes": {"内科的": "internal", "外科的": "injury", "相談等": "talk"}},
            "complaint_code": {"header": "来室理由", "codes": {"頭が痛い": "headache", "おなかが痛い": "stomach", "気持ち悪い": "nausea", "熱がある": "fever", "外傷": "injury", "眠い・だるい": "fatigue", "こころ": "distress", "その他": "other"}},
            "treatment_code": {"header": "処置内容", "codes": {"応急手当": "first_aid", "ベッド休養": "rest", "様子見": "observe", "話を聞く": "talk", "受診": "hospital"}},
            "early_leave_code": {"header": "早退の有無", "codes": {"なし": "no", "あり": "yes"}}
          },
          "nursery": {
            "start_date": {"date_shape": "month_day_year"}
          },
          "nursery_attendance": {
            "attendance_code": {"header": "出欠", "codes": {"出": "present", "休": "absent", "遅": "late", "早": "early"}},
            "reason_code": {"header": "休んだ理由", "codes": {"体調不良": "illness", "家の都合": "family", "無連絡": "no_contact", "その他": "other"}},
            "extended_code": {"codes": {"利用": "yes"}},
            "pickup_code": {"header": "迎え遅れ", "codes": {"遅れ": "late"}}
          },
          "pregnancy": {
            "birth_branch": {"header": "胎児番号"},
            "marital_code": {"codes": {"シングル": "unmarried"}},
            "feeling_code": {"header": "妊娠時の気持ち", "codes": {"うれしい": "glad", "驚いた": "unplanned", "戸惑い": "troubled"}},
            "postnatal_care_code": {"header": "産後ケア", "codes": {"利用なし": "none", "利用あり": "used"}},
            "notice_code": {"header": "要連絡妊婦", "codes": {"非該当": "none", "該当": "given"}}
          },
          "public_assistance": {
            "end_reason_code": {"codes": {"収入増": "income", "辞退": "declined"}}
          },
          "school_aid": {
            "category_code": {"header": "要準区分", "codes": {"要": "needing", "準要": "semi_needing"}},
            "result_code": {"header": "判定", "codes": {"審査待ち": "pending", "認定済": "approved", "不認定": "denied"}},
            "decided_date": {"header": "決定日"},
            "end_date": {"header": "援助終了日"},
            "reason_code": {"header": "認定根拠", "codes": {"被保護世帯": "assistance", "住民税非課税": "exempt", "児扶手受給": "allowance", "所得基準以下": "income"}}
          },
          "school_health": {
            "exam_date": {"header": "測定日"},
            "obesity_percent": {"header": "過体重度"},
            "vision_code": {"header": "裸眼視力", "codes": {"1.0以上": "a", "0.7以上": "b", "0.3以上": "c", "0.3未満": "d"}},
            "advice_code": {"header": "受診のすすめ", "codes": {"不要": "none", "歯科のみ": "dental", "眼科のみ": "eye", "両方": "dental_eye"}}
          },
          "service_use": {
            "service_code": {"codes": {"一時保育": "temporary_care", "短期入所": "short_stay", "ファミサポ": "family_support", "産後ケア事業": "postpartum_care", "子育てひろば": "support_centre"}}
          },
          "tax_class": {
            "tax_class": {"codes": {"課税なし": "exempt", "均等割": "per_capita", "所得割あり": "income"}},
            "income_band": {"codes": {"第1段階": "1", "第2段階": "2", "第3段階": "3", "第4段階": "4", "第5段階": "5"}},
            "is_undeclared": {"header": "申告状況", "codes": {"申告済": "0", "未申告": "1"}}
          },
          "test_score": {
            "subject_code": {"codes": {"国": "japanese"}},
            "correct_percent": {"header": "正答割合"},
            "level_code": {"header": "学力段階"},
            "deviation_score": {"header": "標準化得点"},
            "breakfast_code": {"codes": {"毎日食べる": "daily", "食べない日がある": "sometimes", "ほとんど食べない": "never"}},
            "bedtime_code": {"codes": {"9時より前": "before_21", "9時台": "at_21", "10時台": "at_22", "11時以降": "after_23"}}
          },
          "vaccination": {
            "vaccine_code": {"codes": {"肺炎球菌（小児）": "pcv", "結核": "bcg"}}
          }
        }
        """;

    private static readonly DateOnly LastDay = new(2021, 5, 1);

    private readonly string _folder = Directory.CreateTempSubdirectory("second-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Another_municipalitys_files_give_the_same_facts_by_mappings_alone()
    {
        // A seed with which every feed has rows.
        CityOptions options = new(CityPreset.Mini, 120, Seed: 1, Years: 2);
        string first = Path.Combine(_folder, "first");
        string second = Path.Combine(_folder, "second");
        string mappings = Path.Combine(_folder, "mappings");
        Directory.CreateDirectory(mappings);
        CityGenerator.Generate(options, first);
        CityGenerator.Generate(options with { Profile = "second" }, second);
        Dictionary<string, long> tried = new(StringComparer.Ordinal);
        JsonObject completions = JsonNode.Parse(Completions)!.AsObject();
        foreach ((string feed, string[] files) in FilesByFeed(Path.Combine(second, "inbox")))
        {
            // A file of which everything is known is also recognised; of another one a person says what it is.
            JsonObject? completion = completions[feed]?.AsObject();
            MapReport report = MapAssistant.Propose(files, completion is null ? null : feed, "second", "", LastDay, TestContext.Current.CancellationToken);
            Assert.Equal(feed, report.Draft?.Mapping.Feed);
            FeedMapping mapping = report.Draft!.Mapping;
            if (completion is null)
            {
                Assert.Empty(report.Draft.Open);
                tried[feed] = report.Trial!.Quarantined;
            }
            else
            {
                mapping = Complete(mapping, completion);
                tried[feed] = DryRun.Over(files, mapping.Apply(FeedCatalog.Default.Get(feed), feed), LastDay, TestContext.Current.CancellationToken).Quarantined;
            }

            File.WriteAllText(Path.Combine(mappings, feed + ".json"), mapping.Approve("confirmed", new DateOnly(2025, 4, 1)).ToJson());
        }

        // Counts of days are a feed only of a city that delivers exceptions alone.
        Assert.Equal(FeedCatalog.Default.Contracts.Select(contract => contract.Feed).Except(["attendance_days"]).Order(StringComparer.Ordinal), tried.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((29, 7), (tried.Count, tried.Keys.Count(feed => !completions.ContainsKey(feed))));
        using WarehouseFixture one = WarehouseFixture.Create();
        using WarehouseFixture other = WarehouseFixture.Create();
        LoadSummary loaded = Load(one, first, null);
        LoadSummary mapped = Load(other, second, mappings);

        Assert.All(loaded.Feeds.Where(feed => tried.ContainsKey(feed.Feed)), feed => Assert.True(feed.Staged > 0, feed.Feed));
        Assert.Empty(mapped.Files.Where(file => file.Status == "failed").Select(file => file.FileName + " " + file.ErrorText + string.Join(' ', mapped.RejectReasons)));
        Assert.Equal(loaded.RejectReasons, mapped.RejectReasons);
        Assert.Equal(loaded.Feeds.Select(Counts), mapped.Feeds.Select(Counts));
        // What the assistant foretold is what the load did.
        Assert.All(mapped.Feeds.Where(feed => tried.ContainsKey(feed.Feed)), feed => Assert.Equal(tried[feed.Feed], feed.Rejected));
        Assert.Empty(Checks.Run(other.Databases).Findings);
        using (WarehouseSession session = one.Warehouse())
        {
            Assert.True(session.ScalarText<long>("SELECT COUNT(*) FROM fact.school_attendance_day") > 500);
        }

        Assert.Equal(Facts(one), Facts(other));
    }

    [Fact]
    public void Planted_faults_keep_their_places_in_the_second_profile()
    {
        CityOptions options = new(CityPreset.Mini, 60, Seed: 3, Years: 1, NoiseLevel: NoiseLevel.High) { Profile = "second" };
        CityGenerator.Generate(options, _folder);
        string inbox = Path.Combine(_folder, "inbox");
        string[][] faults = [.. File.ReadAllLines(Path.Combine(_folder, "truth", "faults.csv")).Skip(2).Select(line => line.Split(',')).Where(cells => cells[3] == "unknown_code")];

        Assert.NotEmpty(faults);
        foreach (string[] fault in faults)
        {
            using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(inbox, fault[0] + ".manifest.json")));
            string[] lines = Warehouse.Tests.City.CityFixture.Lines(Path.Combine(inbox, fault[0]), manifest.RootElement.GetProperty("encoding").GetString()!);
            Assert.Contains("Z9", lines[int.Parse(fault[1], System.Globalization.CultureInfo.InvariantCulture) - 1].Split(',', '\t', ';', '|'));
        }
    }

    // What a person writes into the proposed document: headers that nothing was found for, orders of dates, words of the vendor's code list.
    private static FeedMapping Complete(FeedMapping mapping, JsonObject completion)
    {
        JsonObject document = JsonNode.Parse(mapping.ToJson())!.AsObject();
        FeedContract contract = FeedCatalog.Default.Get(mapping.Feed);
        foreach ((string name, JsonNode? told) in completion)
        {
            JsonObject column = document["columns"]!.AsArray().Select(node => node!.AsObject()).Single(node => (string)node["column"]! == name);
            foreach (string member in new[] { "header", "date_shape" }.Where(told!.AsObject().ContainsKey))
            {
                column[member] = told[member]!.DeepClone();
            }

            // What was guessed of a header that belongs elsewhere does not hold.
            foreach (JsonObject other in document["columns"]!.AsArray().Select(node => node!.AsObject()).Where(other => other != column && told["header"] is not null && (string?)other["header"] == (string?)told["header"]))
            {
                other["header"] = null;
            }

            if (told["codes"] is JsonObject words)
            {
                JsonObject codes = column["codes"] as JsonObject ?? new JsonObject(contract.Columns[contract.OrdinalOf(name)].Codes.Select(code => KeyValuePair.Create(code.Key, (JsonNode?)code.Value)));
                foreach ((string word, JsonNode? code) in words)
                {
                    codes[word] = code!.DeepClone();
                }

                column["codes"] = codes.DeepClone();
                column.Remove("unmapped");
            }
        }

        string?[] used = [.. document["columns"]!.AsArray().Select(node => (string?)node!["header"])];
        document["ignored"] = new JsonArray([.. document["ignored"]!.AsArray().Select(node => (string)node!).Where(header => !used.Contains(header)).Select(header => (JsonNode)header)]);
        return FeedMapping.Parse(document.ToJsonString(), mapping.Feed);
    }

    private static (string Feed, long Read, long Staged, long Rejected, long Superseded) Counts((string Feed, int Files, long Read, long Staged, long Rejected, long Superseded, long Repaired) feed) =>
        (feed.Feed, feed.Read, feed.Staged, feed.Rejected, feed.Superseded);

    private static IEnumerable<(string Feed, string[] Files)> FilesByFeed(string inbox)
    {
        List<(string Feed, string File)> files = [];
        foreach (string manifest in Directory.GetFiles(inbox, "*.manifest.json"))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(manifest));
            string file = manifest[..^".manifest.json".Length];
            if (document.RootElement.TryGetProperty("profile", out _))
            {
                files.Add((document.RootElement.GetProperty("feed").GetString()!, file));
            }
        }

        return files.GroupBy(file => file.Feed).Select(group => (group.Key, group.Select(file => file.File).Order(StringComparer.Ordinal).ToArray()));
    }

    private static LoadSummary Load(WarehouseFixture fixture, string city, string? mappings) => new LoadPipeline(fixture.Databases).Run(
        new LoadOptions { Inbox = Path.Combine(city, "inbox"), Secret = Encoding.ASCII.GetBytes("a secret for tests only"), Backfill = true, Mappings = mappings },
        null,
        TestContext.Current.CancellationToken);

    // Every row of every dimension and fact; keys are keyed hashes of the same numbers, so they are the same.
    private static string Facts(WarehouseFixture fixture)
    {
        using WarehouseSession session = fixture.Warehouse();
        StringBuilder text = new();
        foreach (string table in session.QueryText<string>("SELECT CONCAT(\"TABLE_SCHEMA\", '.', \"TABLE_NAME\") FROM INFORMATION_SCHEMA.TABLES WHERE \"TABLE_SCHEMA\" IN ('dim', 'fact') AND \"TABLE_TYPE\" = 'BASE TABLE' ORDER BY 1"))
        {
            text.Append(table).Append('\n');
            foreach (string row in session.QueryText<object?[]>("SELECT * FROM " + table).Select(row => string.Join('|', row)).Order(StringComparer.Ordinal))
            {
                text.Append(row).Append('\n');
            }
        }

        return text.ToString();
    }
}
