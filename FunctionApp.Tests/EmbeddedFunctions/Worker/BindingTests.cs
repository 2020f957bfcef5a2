using System.Net;
using EmbeddedFunctions;
using EmbeddedFunctions.Engine;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionApp.Tests.EmbeddedFunctions.Worker;

/// <summary>Converters, and middleware that looks at what is bound and returned, as on the official worker.</summary>
public sealed class BindingTests
{
    [Fact]
    public async Task Converter_ThatAParameterOrItsTypeNames_Converts()
    {
        await using var host = await StartAsync();

        Assert.Equal("5 #t", await host.Client.GetStringAsync("/api/converted/2,3/t"));
        Assert.Equal(["Tag of TakesConverted"], host.Services.GetRequiredService<Journal>().Lines.Where(line => line != "disposed"));
        using var failed = await host.SendAsync("GET", "/api/converted/2/t");
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
    }

    [Fact]
    public async Task Converter_ThatIsRegistered_IsAskedInItsPlace()
    {
        await using var after = await StartAsync();
        await using var before = await StartAsync(builder =>
            builder.Services.Configure<WorkerOptions>(worker => worker.InputConverters.RegisterAt<EveryNumberIsSeven>(0)));
        await using var last = await StartAsync(builder =>
            builder.Services.Configure<WorkerOptions>(worker => worker.InputConverters.Register<EveryNumberIsSeven>()));

        Assert.Equal("kg ", await after.Client.GetStringAsync("/api/unit/kg"));
        Assert.Equal("3", await after.Client.GetStringAsync("/api/number/3"));
        Assert.Equal("7", await before.Client.GetStringAsync("/api/number/3"));
        Assert.Equal("3", await last.Client.GetStringAsync("/api/number/3"));
    }

    [Fact]
    public async Task RequestServices_AreTheInvocations_UntilTheResultIsWritten()
    {
        await using var host = await StartAsync();

        Assert.Equal("True", await host.Client.GetStringAsync("/api/SameServices"));
        var lines = host.Services.GetRequiredService<Journal>().Lines;
        await Eventually.TrueAsync(() => Task.FromResult(lines.Count == 1));
        Assert.Equal("True 1", await host.Client.GetStringAsync("/api/WritesLate"));
    }

    [Fact]
    public async Task Features_AreThoseOfTheInvocation_AndOnesOwn()
    {
        await using var host = await StartAsync(builder => builder.UseMiddleware((context, next) =>
        {
            context.Features.Set("own");
            return next();
        }));

        Assert.Equal("True True True own", await host.Client.GetStringAsync("/api/SeesFeatures"));
    }

    [Fact]
    public async Task Middleware_ThatBindsAnInput_MayPutAnotherInItsPlace()
    {
        await using var host = await StartAsync(builder => builder.UseWhen(
            context => context.FunctionDefinition.Name == "AddsUp",
            async (context, next) =>
            {
                var input = await context.BindInputAsync<BindingFunctions.Point>(context.FunctionDefinition.InputBindings["point"]);
                input.Value = input.Value! with { Y = 10 };
                await next();
                context.GetInvocationResult().Value = (int)context.GetInvocationResult().Value! * 2;
            }));

        Assert.Equal("22", await AddUpAsync(host.Services));
    }

    [Fact]
    public async Task Middleware_ThatBindsAllInputs_MayPutOthersInTheirPlace()
    {
        await using var host = await StartAsync(builder => builder.UseWhen(
            context => context.FunctionDefinition.Name == "AddsUp",
            async (context, next) =>
            {
                var inputs = await context.Features.Get<IFunctionInputBindingFeature>()!.BindFunctionInputAsync(context);
                inputs.Values[0] = new BindingFunctions.Point(20, ((BindingFunctions.Point)inputs.Values[0]!).Y);
                await next();
            }));

        Assert.Equal("22", await AddUpAsync(host.Services));
    }

    [Fact]
    public async Task Middleware_SeesTheRequest_AndAnswersInTheFunctionsPlace()
    {
        await using var host = await StartAsync(builder => builder.UseMiddleware(async (context, next) =>
        {
            var request = (await context.GetHttpRequestDataAsync())!;
            if (request.Headers.Contains("x-stop"))
            {
                var response = request.CreateResponse(HttpStatusCode.Conflict);
                await response.WriteStringAsync(context.GetHttpContext()!.Request.Path);
                context.GetInvocationResult().Value = response;
                return;
            }

            await next();
            if (request.Headers.Contains("x-other")) context.GetInvocationResult().Value = new ObjectResult("other") { StatusCode = 203 };
            if (request.Headers.Contains("x-wrong")) _ = context.GetInvocationResult<string>();
        }));

        Assert.Equal((200, "3"), await AskAsync(host, "x-none"));
        Assert.Equal((409, "/api/number/3"), await AskAsync(host, "x-stop"));
        Assert.Equal((203, "other"), await AskAsync(host, "x-other"));
        Assert.Equal((500, ""), await AskAsync(host, "x-wrong"));
    }

    [Fact]
    public async Task Activator_OfTheApp_MakesTheObjects()
    {
        var activator = new CountingActivator();
        using var host = FunctionHost.Build([typeof(Activities)], builder =>
        {
            Quiet(builder);
            builder.Services.AddSingleton<IFunctionActivator>(activator);
        });
        var functions = host.Services.GetRequiredService<IDurableFunctions>();
        await functions.RunActivityAsync(new ActivityInvocation("Echo", "i", 0, null, null), CancellationToken.None);

        Assert.Equal(1, activator.Made);
    }

    private static async Task<(int Status, string Body)> AskAsync(FunctionHost host, string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/number/3");
        request.Headers.Add(header, "1");
        using var answer = await host.Client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static Task<string?> AddUpAsync(IServiceProvider services) => services.GetRequiredService<IDurableFunctions>()
        .RunActivityAsync(new ActivityInvocation("AddsUp", "i", 0, """{"X":1,"Y":2}""", null), CancellationToken.None);

    private static Task<FunctionHost> StartAsync(Action<FunctionsApplicationBuilder>? configure = null) => FunctionHost.StartAsync(
        [typeof(BindingFunctions)],
        builder =>
        {
            Quiet(builder);
            builder.Services.Configure<WorkerOptions>(worker => worker.InputConverters.Register<UnitConverter>());
            configure?.Invoke(builder);
        });

    private static void Quiet(FunctionsApplicationBuilder builder)
    {
        builder.Services.Configure<EmbeddedFunctionsOptions>(options => options.UseEngine = false);
        builder.Services.AddSingleton<Journal>();
        builder.Services.AddScoped<ScopedService>();
    }
}
