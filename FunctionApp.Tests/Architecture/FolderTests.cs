using ArchUnitNET.Loader;
using Atelier;

namespace FunctionApp.Tests.Architecture;

/// <summary>Dependencies between FunctionApp's folders point one way. The composition root, beside the folders, may use all of them.</summary>
public sealed class FolderTests
{
    private const string Root = "Atelier.";

    [Fact]
    public void Folders_OfEachAssembly_HaveNoCycle()
    {
        var uses = ReadUses().ToLookup(use => use.From);

        // Checks the reader of dependencies itself: this use is only in the body of an async method.
        Assert.Contains(uses["Access"], use => use.Types == "Atelier.Access.Http.GetMe uses Atelier.Configuration.Clock");
        Assert.Equal("", string.Join(Environment.NewLine, FindCycle(uses)));
    }

    [Fact]
    public void FindCycle_Cycle_NamesItsTypes()
    {
        Use[] uses = [new("A", "B", "a uses b"), new("B", "C", "b uses c"), new("C", "B", "c uses b"), new("C", "D", "c uses d")];

        Assert.Equal(["B -> C: b uses c", "C -> B: c uses b"], FindCycle(uses.ToLookup(use => use.From)).Select(use => use.ToString()));
    }

    private static IEnumerable<Use> ReadUses() => new ArchLoader().LoadAssemblies(typeof(AtelierServices).Assembly).Build().Types
        .SelectMany(type => type.Dependencies)
        .Select(dependency => new Use(
            FolderOf(dependency.Origin.FullName), FolderOf(dependency.Target.FullName), $"{dependency.Origin.FullName} uses {dependency.Target.FullName}"))
        .Where(use => use.From.Length > 0 && use.To.Length > 0 && use.From != use.To);

    // The first folder of a namespace; empty for a type of the root namespace and for types of other assemblies.
    private static string FolderOf(string type) =>
        type.StartsWith(Root, StringComparison.Ordinal) && type[Root.Length..].Split('.') is [var folder, _, ..] ? folder : "";

    /// <summary>The uses along one cycle; none where there is no cycle.</summary>
    private static Use[] FindCycle(ILookup<string, Use> uses)
    {
        var done = new HashSet<string>();
        return uses.Select(from => Follow(from.Key, [])).FirstOrDefault(cycle => cycle.Length > 0) ?? [];

        Use[] Follow(string folder, Use[] path)
        {
            var known = Array.FindIndex(path, use => use.From == folder);
            if (known >= 0)
                return path[known..];
            if (done.Contains(folder))
                return [];
            var cycle = uses[folder].Select(use => Follow(use.To, [.. path, use])).FirstOrDefault(found => found.Length > 0) ?? [];
            done.Add(folder);
            return cycle;
        }
    }

    private sealed record Use(string From, string To, string Types)
    {
        public override string ToString() => $"{From} -> {To}: {Types}";
    }
}
