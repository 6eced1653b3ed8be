using System.Runtime.CompilerServices;

// Tests hand in statements of their own; production code names scripts only.
[assembly: InternalsVisibleTo("Warehouse.Tests")]
[assembly: InternalsVisibleTo("Warehouse.Bench")]
