using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Atelier;
using FunctionApp.Tests.Hosting;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace FunctionApp.Tests.Infra;

/// <summary>The deployment to Azure, compiled and predicted. Nothing is deployed here.</summary>
public sealed partial class InfraTests
{
    /// <summary>Ids of built-in roles, from Azure's documentation.</summary>
    private static readonly Dictionary<string, string> RoleIds = new(StringComparer.Ordinal)
    {
        ["cognitiveServicesOpenAIUser"] = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
        ["durableTaskDataContributor"] = "0ad04412-c4d5-4796-b79c-f76d14c8d402",
        ["monitoringMetricsPublisher"] = "3913510d-42f4-4e42-8a64-420c390055eb",
        ["storageBlobDataOwner"] = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        ["storageQueueDataContributor"] = "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        ["storageTableDataContributor"] = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    };

    /// <summary>Settings of the Functions host, of its extensions and of Azure's packages.</summary>
    private static readonly string[] PlatformSettings =
        ["APPLICATIONINSIGHTS_", "AZURE_CLIENT_ID", "AzureFunctionsJobHost__", "AzureWebJobs", "DURABLE_TASK_SCHEDULER_CONNECTION_STRING", "TASKHUB_NAME"];

    private static readonly ConcurrentDictionary<(string Backend, bool IsPrivate, bool HasSignIn), Task<JsonArray>> Predictions = new();

    public static TheoryData<string, bool, bool> Deployments() => new()
    {
        { "storage", false, false },
        { "storage", true, true },
        { "scheduler", false, true },
        { "scheduler", true, false },
    };

    [Fact]
    public async Task Bicep_Compiles_WithoutAWarning()
    {
        var (exitCode, _, errors) = await Bicep.RunAsync("build", Path.Combine(Bicep.Folder, "main.bicep"), "--stdout");

        Assert.Equal((0, ""), (exitCode, errors));
    }

    [Fact]
    public async Task Roles_AreThoseOfTheirNames()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Bicep.Folder, "app", "roles.bicep"));

        var roles = RoleLine().Matches(text).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["id"].Value);

        Assert.Equal(RoleIds.OrderBy(r => r.Key), roles.OrderBy(r => r.Key));
    }

    [Theory]
    [MemberData(nameof(Deployments))]
    public async Task Deployment_HasNoKeysAndNoPasswords(string backend, bool isPrivate, bool hasSignIn)
    {
        var resources = await PredictAsync(backend, isPrivate, hasSignIn);

        Assert.False((bool)Properties(resources, "Microsoft.Storage/storageAccounts")["allowSharedKeyAccess"]!);
        Assert.False((bool)Properties(resources, "Microsoft.Storage/storageAccounts")["allowBlobPublicAccess"]!);
        Assert.True((bool)Properties(resources, "Microsoft.CognitiveServices/accounts")["disableLocalAuth"]!);
        Assert.True((bool)Properties(resources, "Microsoft.Insights/components")["DisableLocalAuth"]!);
        var authentication = Properties(resources, "Microsoft.DBforPostgreSQL/flexibleServers")["authConfig"]!;
        Assert.Equal(("Enabled", "Disabled"), ((string)authentication["activeDirectoryAuth"]!, (string)authentication["passwordAuth"]!));
        Assert.DoesNotContain("Password=", resources.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("listKeys|listAccountSas|AccountKey", resources.ToJsonString());
    }

    [Theory]
    [InlineData("storage", true)]
    [InlineData("scheduler", false)]
    public async Task PrivateDeployment_KeepsItsDataServicesOffThePublicNetwork(string backend, bool hasSignIn)
    {
        var resources = await PredictAsync(backend, isPrivate: true, hasSignIn);

        Assert.Equal("Disabled", (string)Properties(resources, "Microsoft.Storage/storageAccounts")["publicNetworkAccess"]!);
        Assert.Equal("Disabled", (string)Properties(resources, "Microsoft.CognitiveServices/accounts")["publicNetworkAccess"]!);
        Assert.Equal("Disabled", (string)Properties(resources, "Microsoft.DBforPostgreSQL/flexibleServers")["network"]!["publicNetworkAccess"]!);
        Assert.DoesNotContain(resources, r => (string)r!["type"]! == "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules");
        Assert.NotNull(Properties(resources, "Microsoft.Web/sites")["virtualNetworkSubnetId"]);
        var services = backend == "storage" ? 5 : 3;
        Assert.Equal(services, resources.Count(r => (string)r!["type"]! == "Microsoft.Network/privateEndpoints"));
    }

    [Theory]
    [MemberData(nameof(Deployments))]
    public async Task Settings_AreDocumented_AndStartTheApp(string backend, bool isPrivate, bool hasSignIn)
    {
        var settings = SettingsOf(await PredictAsync(backend, isPrivate, hasSignIn));
        var documents = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md").Select(File.ReadAllText))
            + await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"))
            + await File.ReadAllTextAsync(Path.Combine(Repository.Root, "local.settings.sample.json"));

        var own = settings.Keys.Where(name => !PlatformSettings.Any(p => name.StartsWith(p, StringComparison.Ordinal)));
        Assert.All(own, name => Assert.Contains(LastName(name), documents, StringComparison.Ordinal));

        var builder = FunctionsApplication.CreateBuilder([]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key.Replace("__", ":", StringComparison.Ordinal), (string?)s.Value)));
        if (hasSignIn)
        {
            builder.Configuration["WEBSITE_AUTH_ENABLED"] = "True";
        }

        builder.ConfigureFunctionsWebApplication();
        builder.AddAtelier(builder.Configuration);
        using var host = builder.Build();

        Assert.Equal(hasSignIn ? "EasyAuth" : "ApiKey", settings["Access__Mode"]);
        Assert.Equal(backend == "storage", settings.ContainsKey("AzureWebJobsStorage__queueServiceUri"));
        Assert.Equal(backend == "scheduler", settings.ContainsKey("DURABLE_TASK_SCHEDULER_CONNECTION_STRING"));
    }

    // A prediction takes seconds: it is made once for all tests.
    private static Task<JsonArray> PredictAsync(string backend, bool isPrivate, bool hasSignIn) => Predictions.GetOrAdd(
        (backend, isPrivate, hasSignIn),
        _ => Bicep.PredictAsync(
            ("environmentName", "'test'"),
            ("location", "'swedencentral'"),
            ("principalId", "'00000000-0000-0000-0000-000000000003'"),
            ("principalName", "'ann@example.org'"),
            ("durableBackend", $"'{backend}'"),
            ("vnetEnabled", isPrivate ? "true" : "false"),
            ("authClientId", hasSignIn ? "'00000000-0000-0000-0000-000000000004'" : "''")));

    private static JsonNode Properties(JsonArray resources, string type) => Assert.Single(resources, r => (string)r!["type"]! == type)!["properties"]!;

    /// <summary>The app's settings. What only the deployment will know, such as a host's name, gets a value of the right form.</summary>
    private static Dictionary<string, string> SettingsOf(JsonArray resources)
    {
        var settings = Properties(resources, "Microsoft.Web/sites")["siteConfig"]!["appSettings"]!;
        var list = settings is JsonArray array
            ? array.ToDictionary(s => (string)s!["name"]!, s => (string)s!["value"]!, StringComparer.Ordinal)
            : throw new InvalidOperationException($"The settings are not known: {settings}");
        return list.ToDictionary(
            s => s.Key,
            s => !s.Value.StartsWith('[') ? s.Value : s.Key switch
            {
                "ConnectionStrings__Postgres" => "Host=example.org;Database=d;Username=u",
                "Images__Container" => "campaign-images",
                _ => "https://example.org",
            },
            StringComparer.Ordinal);
    }

    private static string LastName(string setting) => setting[(setting.LastIndexOf("__", StringComparison.Ordinal) is var at and >= 0 ? at + 2 : 0)..];

    [GeneratedRegex(@"^  (?<name>\w+): '(?<id>[0-9a-f-]{36})'$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RoleLine();
}
