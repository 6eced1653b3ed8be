using BenchmarkDotNet.Attributes;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Pdf;
using Warehouse.Reporting.Pdf.BuiltIn;
using Warehouse.Tests.Pdf;

namespace Warehouse.Bench;

/// <summary>Composes and draws a brief in which every section has content, with the built-in engine.</summary>
public class BriefBench
{
    private readonly CaseBrief _brief = SampleBriefs.Rich();
    private readonly BuiltInRenderer _renderer = new(new FontCatalog());

    /// <summary>States that one call is one brief.</summary>
    [GlobalSetup]
    public void Make() => ThroughputColumn.Count<BriefBench>(1);

    /// <summary>From the case to the sealed document.</summary>
    [Benchmark]
    public BriefDocument Compose() => CaseBriefComposer.Compose(_brief).Seal();

    /// <summary>From the case to the bytes of the PDF.</summary>
    [Benchmark]
    public long ComposeAndDraw()
    {
        using MemoryStream pdf = new();
        _renderer.Render(CaseBriefComposer.Compose(_brief).Seal(), pdf);
        return pdf.Length;
    }
}
