using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Warehouse.Tests")]
