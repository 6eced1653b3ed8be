using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Warehouse.Bench;

Console.OutputEncoding = System.Text.Encoding.UTF8;
if (args is ["pipeline", ..])
{
    return await PipelineCommand.Run(args[1..], Console.Out, Console.Error).ConfigureAwait(false);
}

if (args is ["batch", ..])
{
    return await BatchCommand.Run(args[1..], Console.Out, Console.Error).ConfigureAwait(false);
}

if (args is ["desk", ..])
{
    return await DeskCommand.Run(args[1..], Console.Out, Console.Error).ConfigureAwait(false);
}

if (args is ["fuzz", ..])
{
    return FuzzCommand.Run(args[1..], Console.Out, Console.Error);
}

if (args is ["noise", ..])
{
    return NoiseCommand.Run(args[1..], Console.Out, Console.Error);
}

if (args is ["intake", ..])
{
    return await IntakeCommand.Run(args[1..], Console.Out, Console.Error).ConfigureAwait(false);
}

if (args is ["mine", ..])
{
    return MineCommand.Run(args[1..], Console.Out, Console.Error);
}

if (args is ["registers", ..])
{
    return await RegistersCommand.Run(args[1..], Console.Out, Console.Error).ConfigureAwait(false);
}

if (args is ["normalise", ..])
{
    return NormaliseCommand.Run(args[1..], Console.Out, Console.Error);
}

if (args is ["link", ..])
{
    return LinkCommand.Run(args[1..], Console.Out, Console.Error);
}

if (args is ["link-registers", ..])
{
    return LinkRegistersCommand.Run(args[1..], Console.Out, Console.Error);
}

if (args is ["links", ..])
{
    return LinksCommand.Run(args[1..], Console.Out, Console.Error);
}

if (args is ["compare", ..])
{
    return CompareCommand.Run(args[1..], Console.Out, Console.Error);
}

if (args is ["cases", ..])
{
    return CasesCommand.Run(args[1..], Console.Out, Console.Error);
}

if (args is ["error", ..])
{
    return ErrorCommand.Run(args[1..], Console.Out, Console.Error);
}

if (args is ["scale", ..])
{
    return ScaleCommand.Run(args[1..], Console.Out, Console.Error);
}

if (args is ["score", ..])
{
    return ScoreCommand.Run(args[1..], Console.Out, Console.Error);
}

if (args is ["releases", ..])
{
    return await ReleasesCommand.Run(args[1..], Console.Out, Console.Error).ConfigureAwait(false);
}

if (args is ["disclosure", ..])
{
    return DisclosureCommand.Run(args[1..], Console.Out, Console.Error);
}

if (args is ["evaluation", ..])
{
    return EvaluationCommand.Run(args[1..], Console.Out, Console.Error);
}

// In process: the host has native libraries and embedded scripts, and a second build of all of it would take longer than the measurement.
IConfig config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .AddColumn(new ThroughputColumn())
    .HideColumns(Column.Job, Column.Toolchain)
    .AddExporter(MarkdownExporter.GitHub);
BenchmarkSwitcher.FromAssembly(typeof(PipelineCommand).Assembly).Run(args, config);
return 0;
