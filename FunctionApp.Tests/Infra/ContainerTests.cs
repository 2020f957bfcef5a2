using System.Text.RegularExpressions;
using Atelier;
using Atelier.Http;
using FunctionApp.Tests.Hosting;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace FunctionApp.Tests.Infra;

/// <summary>What Dockerfile and compose.yaml name is there, and fits together. No container engine is needed.</summary>
public sealed partial class ContainerTests
{
    private static readonly string[] Dockerfile = File.ReadAllLines(Path.Combine(Repository.Root, "Dockerfile"));
    private static readonly Dictionary<object, object> Compose = ReadCompose();

    [Fact]
    public void Dockerfile_CopiesAndPublishesWhatIsThere()
    {
        var copied = Dockerfile.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from=", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ').Skip(1).SkipLast(1));
        Assert.All(copied, path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), path));
        var published = Matches(PublishedProject());
        Assert.Equal(["EmbeddedHost", "AiSimulator", "FunctionApp"], published);
        Assert.All(Matches(EntryPoint()), assembly => Assert.Contains(assembly, published));
    }

    [Fact]
    public void HealthCheck_AsksForAPathOfTheApp_AtThePortWhereItListens()
    {
        var check = Assert.Single(Dockerfile, line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal));

        Assert.Contains($"GET /{Routes.Readiness} ", check, StringComparison.Ordinal);
        Assert.Contains("/dev/tcp/127.0.0.1/8080 ", check, StringComparison.Ordinal);
        Assert.Contains("CMD [\"--urls\", \"http://0.0.0.0:8080\"]", Dockerfile);
    }

    [Fact]
    public void Services_NameStagesPortsServicesAndVolumesThatAreThere()
    {
        var stages = Matches(Stage());
        var services = Map(Compose["services"]);
        foreach (var (name, service) in services.Select(service => ((string)service.Key, Map(service.Value))))
        {
            if (service.TryGetValue("build", out var build))
                Assert.Contains((string)Map(build)["target"], stages);
            else
                Assert.Matches(@":[\w.]+$", (string)service["image"]);
            foreach (var port in service.GetValueOrDefault("ports") is List<object> ports ? ports.Cast<string>() : [])
            {
                // From this machine alone.
                Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal);
                var inside = port.Split(':')[^1];
                Assert.True(name == "functions" ? inside == "80" : Dockerfile.Contains($"EXPOSE {inside}"), port);
            }
            if (service.TryGetValue("depends_on", out var needs))
                Assert.All(Map(needs).Keys, need => Assert.Contains(need, services.Keys));
            foreach (var volume in service.GetValueOrDefault("volumes") is List<object> volumes ? volumes.Cast<string>() : [])
                Assert.Contains(volume.Split(':')[0], Map(Compose["volumes"]).Keys);
        }
    }

    [Theory]
    [InlineData("app")]
    [InlineData("functions")]
    public async Task Settings_AreDocumented_AndStartTheApp(string service)
    {
        var settings = Map(Map(Map(Compose["services"])[service])["environment"])
            .ToDictionary(setting => (string)setting.Key, setting => Default().Replace((string)setting.Value, "$1"));
        var documents = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md").Select(File.ReadAllText))
            + await File.ReadAllTextAsync(Path.Combine(Repository.Root, "local.settings.sample.json"));

        Assert.All(settings.Keys, name => Assert.Contains(name.Split("__")[^1], documents, StringComparison.Ordinal));
        var builder = FunctionsApplication.CreateBuilder([]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key.Replace("__", ":", StringComparison.Ordinal), (string?)s.Value)));
        builder.ConfigureFunctionsWebApplication();
        builder.AddAtelier(builder.Configuration);
        using var host = builder.Build();
    }

    private static Dictionary<object, object> ReadCompose()
    {
        using var text = File.OpenText(Path.Combine(Repository.Root, "compose.yaml"));
        return new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(text)));
    }

    private static Dictionary<object, object> Map(object value) => (Dictionary<object, object>)value;

    private static string[] Matches(Regex regex) => [.. Dockerfile.Select(line => regex.Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"^RUN dotnet publish (\w+) -c Release -a \$TARGETARCH --no-self-contained -o /out/\w+$")]
    private static partial Regex PublishedProject();

    [GeneratedRegex(@"^ENTRYPOINT \[""dotnet"", ""(\w+)\.dll""\]$")]
    private static partial Regex EntryPoint();

    [GeneratedRegex(@"^FROM \S+ AS (\w+)$")]
    private static partial Regex Stage();

    // A variable of the environment with its default.
    [GeneratedRegex(@"\$\{\w+:-([^}]*)\}")]
    private static partial Regex Default();
}
