using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Warehouse.Tests")]
[assembly: InternalsVisibleTo("Warehouse.Bench")]
