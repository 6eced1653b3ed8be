using System.Text.Json;
using Warehouse.Model.Features;
using Warehouse.Model.Items;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.ModelRun;

/// <summary>Only what may be a feature is one.</summary>
public sealed class CatalogueTests
{
    private static readonly IReadOnlyDictionary<string, string> Classes = ReadClasses();

    [Fact]
    public void No_feature_breaks_the_class_of_its_contract_column()
    {
        Assert.Empty(FeatureCatalogue.Default.ContractFaults(Classes));
        Assert.Equal("post-decision", Classes["consultation.intake_class"]);
    }

    [Theory]
    [InlineData("consultation.intake_class")]
    [InlineData("consultation.decision_code")]
    [InlineData("consultation.decision_date")]
    [InlineData("consultation.closed_date")]
    [InlineData("council_case.registered_date")]
    [InlineData("council_case.severity_code")]
    [InlineData("dv_consultation.has_consulted")]
    public void A_feature_from_the_answer_does_not_load(string source)
    {
        ModelException fault = Assert.Throws<ModelException>(() => FeatureCatalogue.Parse(Json("grade", source)));

        Assert.Equal("MDL-030", fault.Code);
    }

    [Theory]
    [InlineData("consultation.remarks")]
    [InlineData("school.name_kanji")]
    [InlineData("allowance.payment_class")]
    [InlineData("tax_class.tax_class")]
    [InlineData("arrears.has_arrears")]
    [InlineData("school_aid.reason_code")]
    [InlineData("school.no_such_column")]
    public void A_feature_from_a_forbidden_class_is_named(string source)
    {
        FeatureCatalogue catalogue = FeatureCatalogue.Parse(Json("grade", source));

        Assert.Contains(catalogue.ContractFaults(Classes), fault => fault.Contains(source, StringComparison.Ordinal));
    }

    [Fact]
    public void A_feature_that_nothing_computes_does_not_load()
    {
        Assert.Throws<ModelException>(() => FeatureCatalogue.Parse(Json("intake_class", "school.grade_code")));
    }

    [Fact]
    public void No_feature_query_reads_the_answer()
    {
        string[] answers = ["intake_class", "decision_code", "decision_date", "closed_date", "council_case", "restricted."];

        Assert.Contains(Repository.Files("sql/query", ".sql"), IsFeature);
        Assert.DoesNotContain(
            Repository.Files("sql/query", ".sql").Where(IsFeature),
            path => answers.Any(answer => Repository.Text(path).Contains(answer, StringComparison.Ordinal)));

        static bool IsFeature(string path) => path.Contains("/features_", StringComparison.Ordinal);
    }

    [Fact]
    public void Origin_district_and_income_are_not_approved()
    {
        foreach (string name in new[] { "is_foreign_roots", "district", "allowance_class", "household_tax_class", "has_arrears_12m", "has_disability_certificate" })
        {
            Assert.False(FeatureCatalogue.Default[name].IsApproved, name);
        }
    }

    [Fact]
    public void What_records_asking_for_help_is_marked()
    {
        foreach (string name in new[]
        {
            "has_allowance", "allowance_reason", "consultation_own_count", "has_school_aid", "has_public_assistance", "has_disability_service",
            "support_service_uses_12m", "medical_months_12m", "dental_months_12m", "livelihood_count_24m",
        })
        {
            Assert.True(FeatureCatalogue.Default[name].IsHelpSeeking, name);
        }

        Assert.False(FeatureCatalogue.Default["months_since_allowance"].IsApproved);
    }

    [Fact]
    public void A_feature_for_a_situation_that_nothing_tells_does_not_load()
    {
        ModelException fault = Assert.Throws<ModelException>(() => FeatureCatalogue.Parse(Json("grade", "school.grade_code", """["pensioner"]""")));

        Assert.Contains("pensioner", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("grade", "number", "false", "sideways", "sideways")]
    [InlineData("grade", "number", "true", "down", "never raises")]
    [InlineData("grade", "category", "false", "up", "1 for yes")]
    public void A_direction_that_cannot_hold_does_not_load(string name, string kind, string help, string direction, string message)
    {
        string json = Json(name, "school.grade_code")
            .Replace("\"value_kind\":\"number\"", $"\"value_kind\":\"{kind}\",\"risk_direction\":\"{direction}\"", StringComparison.Ordinal)
            .Replace("\"is_help_seeking\":false", $"\"is_help_seeking\":{help}", StringComparison.Ordinal);

        ModelException fault = Assert.Throws<ModelException>(() => FeatureCatalogue.Parse(json));

        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_a_child_is_has_no_direction()
    {
        foreach (string name in new[] { "age_years", "sex_code", "stage", "grade", "is_single_parent", "child_count", "adult_count", "class_kind", "is_foreign_roots", "district" })
        {
            Assert.Null(FeatureCatalogue.Default[name].RiskDirection);
        }

        Assert.Equal("up", FeatureCatalogue.Default["absent_percent_12m"].RiskDirection);
        Assert.Equal("down", FeatureCatalogue.Default["test_deviation"].RiskDirection);
    }

    private static string Json(string name, string source, string appliesTo = "[]") =>
        $$"""
        [{"key":1,"name":"{{name}}","japanese_name":"x","unit":"","feed":"school","department":"x","value_kind":"number",
          "sources":["{{source}}"],"is_help_seeking":false,"is_approved":true,"is_actionable":false,"applies_to":{{appliesTo}}}]
        """;

    private static Dictionary<string, string> ReadClasses()
    {
        Dictionary<string, string> classes = new(StringComparer.Ordinal);
        foreach (string path in Repository.Files("etl/Feeds", ".json"))
        {
            using JsonDocument contract = JsonDocument.Parse(Repository.Text(path));
            string feed = contract.RootElement.GetProperty("feed").GetString()!;
            foreach (JsonElement column in contract.RootElement.GetProperty("columns").EnumerateArray())
            {
                classes.Add($"{feed}.{column.GetProperty("name").GetString()}", column.GetProperty("class").GetString()!);
            }
        }

        return classes;
    }
}
