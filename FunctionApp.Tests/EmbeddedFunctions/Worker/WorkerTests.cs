using EmbeddedFunctions;
using EmbeddedFunctions.Engine;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionApp.Tests.EmbeddedFunctions.Worker;

/// <summary>Invocations, their scopes and middleware, as on the official worker.</summary>
public sealed class WorkerTests
{
    [Fact]
    public async Task Activity_HasAScopeOfItsOwn_ThatEndsWithIt()
    {
        using var host = Build();
        var first = await RunAsync(host, "scoped");
        var second = await RunAsync(host, "SCOPED");

        Assert.StartsWith("\"True ", first, StringComparison.Ordinal);
        Assert.NotEqual(first, second);
        Assert.Equal(["ran", "disposed", "ran", "disposed"], Lines(host));
    }

    [Fact]
    public async Task Activity_Parameters_AreBoundByNameAndKind()
    {
        using var host = Build();

        Assert.Equal("\"n the-instance n 3 True True the-instance True True\"", await RunAsync(host, "Bound", """{"NAME":"n","count":3}"""));
        Assert.Equal("\"OnlyContext\"", await RunAsync(host, "OnlyContext"));
    }

    [Theory]
    [InlineData(null, "\"null\"")]
    [InlineData("\"\"", "\"\\u0027\\u0027\"")]
    public async Task Activity_NullAndEmptyInput_AreDifferent(string? input, string expected)
    {
        using var host = Build();

        Assert.Equal(expected, await RunAsync(host, "Echo", input));
    }

    [Fact]
    public async Task Result_IsWrittenByDeclaredTypes()
    {
        using var host = Build();

        Assert.Null(await RunAsync(host, "Nothing"));
        Assert.Equal("""[{"Name":"c"}]""", await RunAsync(host, "Shapes"));
        Assert.Equal("""{"Declared":{"Name":"c"},"Anything":{"Radius":2,"Name":"c"},"Nothing":null}""", await RunAsync(host, "Whole"));
    }

    [Fact]
    public async Task Activity_InputOfTheWrongType_NamesFunctionParameterAndPlace()
    {
        using var host = Build();
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(host, "Bound", """{"name":"n","count":"x"}"""));

        Assert.All((string[])["Bound", "input", "$.count"], part => Assert.Contains(part, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Middleware_RunsInOrder_AndSeesTheFunctionsOwnException()
    {
        using var host = Build(builder => builder.UseMiddleware<First>().UseMiddleware<Second>());
        await RunAsync(host, "Nothing");
        await Assert.ThrowsAsync<NotSupportedException>(() => RunAsync(host, "Refuses"));

        Assert.Equal(
            ["first before", "second before", "nothing", "second after", "first after", "first before", "second before", "NotSupportedException no"],
            Lines(host).Where(line => line != "disposed"));
    }

    [Fact]
    public async Task Middleware_SeesTheExceptionOfAnHttpFunction()
    {
        await using var host = await FunctionHost.StartAsync([typeof(RefusingHttp)], builder =>
        {
            builder.Services.AddSingleton<Journal>();
            builder.UseMiddleware<Second>();
        });
        using var answer = await host.SendAsync("GET", "/api/RefusesHttp");

        Assert.Equal(System.Net.HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(["second before", "NotSupportedException no"], host.Services.GetRequiredService<Journal>().Lines);
    }

    [Fact]
    public async Task FunctionTimeout_EndsAnActivity_AndNamesIt()
    {
        using var host = Build(null, "AzureFunctionsJobHost:functionTimeout=00:00:00.2");
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(host, "Lingers"));

        Assert.True(exception is FunctionTimeoutException or OperationCanceledException, exception.ToString());
    }

    [Fact]
    public void Mistakes_AreAllToldAtTheStart_WithTheFunctionsNames()
    {
        var exception = Assert.Throws<FunctionsStartupException>(() => FunctionHost.Build([typeof(Mistaken)], Quiet).Dispose());

        Assert.All(
            (string[])["'Twice'", "'RouteA' and 'RouteB'", "'BadRoute'", "'BadTimer'", "'BadParameter'", "'BadClient'", "'NoTrigger'"],
            name => Assert.Contains(name, exception.Message, StringComparison.Ordinal));
        Assert.All((string[])["same/", "bad/{", "99 * * * * *", "what", "client"], what => Assert.Contains(what, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Constructor_ThatWantsAnUnknownService_IsToldAtTheStart()
    {
        var exception = Assert.Throws<FunctionsStartupException>(() => FunctionHost.Build([typeof(Unregistered)], Quiet).Dispose());

        Assert.Contains("'WantsAService'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("System.Uri", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Result_ThatIsNotWritten_IsWarnedOfAtTheStart()
    {
        var log = new CapturedLog();
        FunctionHost.Build([typeof(TellsNothing)], builder => builder.Logging.AddProvider(log)).Dispose();

        Assert.Contains(log.Lines, line => line.Contains("'TellsNothing' returns System.String, which is not written", StringComparison.Ordinal));
    }

    private static IHost Build(Action<FunctionsApplicationBuilder>? configure = null, params string[] settings) => FunctionHost.Build(
        [typeof(Activities)],
        builder =>
        {
            Quiet(builder);
            builder.Services.AddSingleton<Journal>();
            builder.Services.AddScoped<ScopedService>();
            configure?.Invoke(builder);
        },
        settings);

    private static void Quiet(FunctionsApplicationBuilder builder) =>
        builder.Services.Configure<EmbeddedFunctionsOptions>(options => options.UseEngine = false);

    private static Task<string?> RunAsync(IHost host, string activity, string? input = null) => host.Services.GetRequiredService<IDurableFunctions>()
        .RunActivityAsync(new ActivityInvocation(activity, "the-instance", 0, input, null), CancellationToken.None);

    private static IEnumerable<string> Lines(IHost host) => host.Services.GetRequiredService<Journal>().Lines;

    private sealed class CapturedLog : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines) Lines.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
