namespace FunctionApp.Tests.Hosting;

/// <summary>The repository that the tests run inside.</summary>
internal static class Repository
{
    /// <summary>Its root folder.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Atelier.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException("The tests run inside the repository.");
    }
}
