using System.Text.Json;
using FunctionApp.Tests.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionApp.Tests.EmbeddedHost.Functions;

/// <summary>Orchestrators and activities as on the official worker.</summary>
[Collection(HostsCollection.Name)]
public sealed class DurableFunctionsTests(LocalServicesFixture services)
{
    [Theory]
    [InlineData("ann", "ann!")]
    [InlineData("", "!")]
    [InlineData(null, "null!")]
    public async Task Names_AreFoundInAnyCase_AndNullInputIsNotEmpty(string? input, string expected)
    {
        await using var app = await StartAsync();

        Assert.Equal(expected, (await app.RunAsync("gREET", input)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Converter_ReadsNamesInAnyCase_AndWritesThemAsDeclared()
    {
        await using var app = await StartAsync();
        var end = await app.RunAsync("Shapes", JsonSerializer.Deserialize<JsonElement>("""{"nAME":"box","sides":3}"""));

        Assert.Equal("""{"Name":"box","Sides":4,"Note":null}""", end.SerializedOutput);
    }

    [Fact]
    public async Task Converter_FollowsTheAppsJsonOptions()
    {
        await using var app = await StartAsync(worker =>
            worker.Services.Configure<JsonSerializerOptions>(json => json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseUpper));
        var end = await app.RunAsync("Shapes", new DurableTestFunctions.Shape("box", 3, "n"));

        Assert.Equal("""{"NAME":"box","SIDES":3,"NOTE":"n"}""", end.SerializedInput);
        Assert.Equal("""{"NAME":"box","SIDES":4,"NOTE":"n"}""", end.SerializedOutput);
    }

    [Fact]
    public async Task SubOrchestration_KnowsItsParent_AndHasTheDefaultVersion()
    {
        await using var app = await StartAsync(null, Version("2.0"));
        var end = await app.RunAsync("Parent");

        Assert.Equal($"True Parent {end.InstanceId} 2.0", end.ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("1.5", OrchestrationRuntimeStatus.Completed)]
    [InlineData("2.0", OrchestrationRuntimeStatus.Completed)]
    [InlineData("3.0", OrchestrationRuntimeStatus.Failed)]
    public async Task Version_IsMatched_AsHostJsonSays(string version, OrchestrationRuntimeStatus expected)
    {
        await using var app = await StartAsync(
            null, Version("2.0"), Host("versionMatchStrategy=CurrentOrOlder"), Host("versionFailureStrategy=Fail"));
        var id = await app.Client.ScheduleNewOrchestrationInstanceAsync(
            "VersionOf", input: null, new StartOrchestrationOptions { Version = version });
        var end = await app.EndOfAsync(id);

        Assert.Equal(expected, end.RuntimeStatus);
        if (expected == OrchestrationRuntimeStatus.Completed) Assert.Equal(version, end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task AwaitOfAnythingButTheContexts_FailsTheInstance()
    {
        await using var app = await StartAsync();
        var end = await app.RunAsync("AwaitsElsewhere");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("An invalid asynchronous invocation was detected.", end.SerializedOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("Say never", app.Journal.Lines);
    }

    [Fact]
    public async Task UnknownOrchestrator_IsScheduled_AndFails()
    {
        await using var app = await StartAsync();
        var end = await app.RunAsync("Nobody");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("'Nobody'", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownActivity_FailsItsCall()
    {
        await using var app = await StartAsync();

        Assert.Contains("'Nobody'", (await app.RunAsync("CallsNobody")).ReadOutputAs<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Activity_HasAScopeOfItsOwn_ThatEndsWithIt()
    {
        await using var app = await StartAsync();

        Assert.True((await app.RunAsync("TwoScopes")).ReadOutputAs<bool>());
        await Eventually.TrueAsync(() => Task.FromResult(app.Journal.Lines.Count(line => line == "disposed") == 2));
    }

    [Fact]
    public async Task Orchestrator_HasAScopeAsLongAsItIsInMemory()
    {
        await using var app = await StartAsync(null, "EmbeddedHost:IdleSeconds=0");
        var id = await app.Client.ScheduleNewOrchestrationInstanceAsync("WaitsForGo");

        // While it waits, it exists only in the database.
        await Eventually.TrueAsync(() => Task.FromResult(app.Journal.Lines.Contains("disposed")));
        await app.Client.RaiseEventAsync(id, "go", "x");

        Assert.Equal("x", (await app.EndOfAsync(id)).ReadOutputAs<string>());
        await Eventually.TrueAsync(() => Task.FromResult(app.Journal.Lines.Count(line => line == "disposed") == 2));
        Assert.Equal(2, app.Journal.Lines.Where(line => line.StartsWith("began", StringComparison.Ordinal)).Distinct().Count());
    }

    [Fact]
    public async Task Middleware_SurroundsOrchestratorsAndActivities_AndSeesTheirServices()
    {
        await using var app = await StartAsync(worker =>
        {
            worker.UseMiddleware(async (context, next) =>
            {
                var journal = context.InstanceServices.GetRequiredService<Journal>();
                journal.Add($"{context.FunctionDefinition.InputBindings.Single().Value.Type} begins");
                await next();
                journal.Add($"{context.FunctionDefinition.Name} ends");
            });
            worker.UseMiddleware((_, next) => next());
        });
        await app.RunAsync("Greet", "ann");

        Assert.Equal(
            ["orchestrationTrigger begins", "activityTrigger begins", "Say ann", "Say ends", "Greet ends"],
            app.Journal.Lines.Where(line => line != "disposed"));
    }

    [Fact]
    public async Task Properties_OfAnActivitysFailure_ReachTheRetryPolicy_WithTheOfficialTypes()
    {
        await using var app = await StartAsync(worker => worker.Services.AddSingleton<IExceptionPropertiesProvider, StatusProperties>());

        Assert.Equal(
            """code String "refused", seconds Double 1.5, status Double 429""", (await app.RunAsync("Retries")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task FunctionTimeout_FailsAnActivity_AndNamesIt()
    {
        await using var app = await StartAsync(null, "AzureFunctionsJobHost:functionTimeout=00:00:00.2");
        var end = await app.RunAsync("Waits");

        Assert.Contains("'Lingers' ran longer than host.json's functionTimeout", end.SerializedOutput, StringComparison.Ordinal);
    }

    private async Task<TestApp> StartAsync(Action<IFunctionsWorkerApplicationBuilder>? configure = null, params string[] settings) =>
        await TestApp.StartOnAsync(await services.CreateDatabaseAsync(), typeof(DurableTestFunctions), configure, settings);

    private static string Version(string version) => Host($"defaultVersion={version}");

    private static string Host(string setting) => $"AzureFunctionsJobHost:extensions:durableTask:{setting}";

    private sealed class StatusProperties : IExceptionPropertiesProvider
    {
        public IDictionary<string, object?>? GetExceptionProperties(Exception exception) => exception is RefusedException refused
            ? new Dictionary<string, object?>(StringComparer.Ordinal) { ["status"] = refused.Status, ["code"] = refused.Message, ["seconds"] = 1.5m }
            : null;
    }
}
