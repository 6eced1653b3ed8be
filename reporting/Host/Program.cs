using Warehouse.Reporting.Host;

Console.OutputEncoding = System.Text.Encoding.UTF8;
return await CommandLine.Run(args, Console.Out, Console.Error).ConfigureAwait(false);
