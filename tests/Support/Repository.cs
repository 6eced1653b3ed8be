using System.Runtime.CompilerServices;

namespace Warehouse.Tests.Support;

/// <summary>Finds files of the source tree.</summary>
public static class Repository
{
    /// <summary>The folder that holds <c>Warehouse.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Returns the files under a folder of the source tree that end in <paramref name="extension"/>, without build output, in order.</summary>
    public static IReadOnlyList<string> Files(string folder, string extension) => Directory.Exists(Path.Combine(Root, folder))
        ? Directory.EnumerateFiles(Path.Combine(Root, folder), "*" + extension, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "artifacts"))
            .Order(StringComparer.Ordinal)
            .ToList()
        : [];

    /// <summary>Returns the text of a file, named from the root, with line ends as LF.</summary>
    public static string Text(string path) => File.ReadAllText(Path.Combine(Root, path)).Replace("\r\n", "\n", StringComparison.Ordinal);

    private static string FindRoot([CallerFilePath] string here = "")
    {
        foreach (string? start in new[] { Path.GetDirectoryName(here), AppContext.BaseDirectory, Environment.CurrentDirectory })
        {
            for (DirectoryInfo? folder = start is null ? null : new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Warehouse.sln")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("Warehouse.sln was not found above the test sources or the test program.");
    }
}
