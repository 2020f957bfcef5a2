using Microsoft.DurableTask;

namespace FunctionApp.Tests.EmbeddedFunctions.Surface;

/// <summary>What EmbeddedFunctions declares in the official namespaces is a part of the official surface, and no more.</summary>
public sealed class SurfaceTests
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Embedded = typeof(TaskOrchestrationContext).Assembly
        .GetTypes()
        .Where(type => type.IsVisible && type.Namespace?.StartsWith("Microsoft.", StringComparison.Ordinal) is true)
        .Select(type => SurfacePrinter.Print(type).ToList())
        .ToDictionary(lines => lines[0], IReadOnlyList<string> (lines) => lines[1..], StringComparer.Ordinal);

    [Fact]
    public void Print_KnownTypes_AreFound()
    {
        Assert.Contains("abstract class Microsoft.DurableTask.TaskOrchestrationContext", Embedded.Keys);
        Assert.Contains("class Microsoft.Azure.Functions.Worker.FunctionAttribute : System.Attribute [AttributeUsage(Method)]", Embedded.Keys);
        Assert.Equal(9, typeof(SurfaceTests).Assembly.GetManifestResourceNames().Count(name => name.StartsWith("official/", StringComparison.Ordinal)));
    }

    [Fact]
    public void Types_InOfficialNamespaces_AreOfficial()
        => AssertNone("types that the official assemblies do not declare so", Embedded.Keys.Except(OfficialSurface.Types.Keys));

    [Fact]
    public void Members_OfOfficialTypes_AreOfficial()
        => AssertNone("members that the official types do not have so", Shared().SelectMany(pair => pair.Embedded.Except(pair.Official)));

    [Fact]
    public void Missing_TypesAndMembers_AreThoseLeftOutOnPurpose()
    {
        var missing = OfficialSurface.Types.Keys.Except(Embedded.Keys)
            .Concat(Shared().SelectMany(pair => pair.Official.Except(pair.Embedded)));

        AssertNone("official types and members that are neither there nor left out on purpose", missing.Where(line => !LeftOut.Has(line)));
    }

    [Fact]
    public void AbstractMembers_OfOfficialTypes_AreAllThere()
        => AssertNone("abstract members that are missing", Shared()
            .SelectMany(pair => pair.Official.Except(pair.Embedded))
            .Where(line => line.StartsWith("abstract ", StringComparison.Ordinal) || line.StartsWith("protected abstract ", StringComparison.Ordinal)));

    [Theory]
    [InlineData("interface ")]
    [InlineData("enum ")]
    [InlineData("delegate ")]
    public void Members_OfInterfacesEnumsAndDelegates_AreAllThere(string kind)
        => AssertNone($"members of an {kind}that are missing", Shared()
            .Where(pair => pair.Type.StartsWith(kind, StringComparison.Ordinal))
            .SelectMany(pair => pair.Official.Except(pair.Embedded)));

    private static IEnumerable<(string Type, IReadOnlyList<string> Embedded, IReadOnlyList<string> Official)> Shared()
        => Embedded.Where(type => OfficialSurface.Types.ContainsKey(type.Key))
            .Select(type => (type.Key, type.Value, OfficialSurface.Types[type.Key]));

    private static void AssertNone(string what, IEnumerable<string> lines)
    {
        var found = lines.Order(StringComparer.Ordinal).ToList();
        Assert.True(found.Count == 0, $"{found.Count} {what}:\n{string.Join('\n', found)}");
    }
}
