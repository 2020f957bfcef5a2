using EmbeddedFunctions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;

namespace FunctionApp.Tests.EmbeddedFunctions.Worker;

/// <summary>Each mistake is told at the start, alone, with the function's name.</summary>
public sealed class MistakeTests
{
    [Theory]
    [InlineData(typeof(TwoTriggers), "more than one trigger")]
    [InlineData(typeof(Generic), "must not be generic")]
    [InlineData(typeof(Abstract), "is abstract")]
    [InlineData(typeof(AsyncVoid), "must return a Task")]
    [InlineData(typeof(BadName), "the name must begin with a letter")]
    [InlineData(typeof(BadConstraint), "constraint 'whole' of its route")]
    [InlineData(typeof(HostsPath), "the host's own")]
    [InlineData(typeof(RetriedHttp), "FixedDelayRetryAttribute")]
    [InlineData(typeof(BadRetry), "its retries are not valid")]
    [InlineData(typeof(NoConverter), "is no IInputConverter")]
    [InlineData(typeof(TwoAnswers), "more than one property for the answer")]
    [InlineData(typeof(UnboundService), "parameter 'services'")]
    [InlineData(typeof(ByReference), "parameter 'n'")]
    [InlineData(typeof(HttpString), "use HttpRequest or HttpRequestData")]
    [InlineData(typeof(SecondInput), "another parameter takes the input already")]
    public void Mistake_IsTold_WithTheFunctionsName(Type functions, string expected)
    {
        var exception = Assert.Throws<FunctionsStartupException>(() => FunctionHost.Build([functions]).Dispose());

        Assert.StartsWith("Function 'Wrong", Assert.Single(exception.Problems), StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MethodThatIsNotPublic_IsNoFunction()
    {
        await using var host = await FunctionHost.StartAsync([typeof(NotPublic)]);
        using var hidden = await host.SendAsync("GET", "/api/Hidden");
        using var shown = await host.SendAsync("GET", "/api/Shown");

        Assert.Equal(404, (int)hidden.StatusCode);
        Assert.Equal(200, (int)shown.StatusCode);
    }

    public static class TwoTriggers
    {
        [Function("Wrong")]
        public static void Run([ActivityTrigger] string a, [ActivityTrigger] string b) => _ = (a, b);
    }

    public static class Generic
    {
        [Function("Wrong")]
        public static void Run<T>([ActivityTrigger] string a) => _ = (a, typeof(T));
    }

    public abstract class Abstract
    {
        [Function("Wrong")]
        public void Run([ActivityTrigger] string a) => _ = (a, this);
    }

    public static class AsyncVoid
    {
        [Function("Wrong")]
#pragma warning disable MA0155 // The mistake is what is tested.
        public static async void Run([ActivityTrigger] string a) => await Task.FromResult(a);
#pragma warning restore MA0155
    }

    public static class BadName
    {
        [Function("Wrong name")]
        public static void Run([ActivityTrigger] string a) => _ = a;
    }

    public static class BadConstraint
    {
        [Function("Wrong")]
        public static void Run([HttpTrigger("get", Route = "x/{n:whole}")] HttpRequest request) => _ = request;
    }

    public static class HostsPath
    {
        [Function("Wrong")]
        public static void Run([HttpTrigger("get", Route = "admin/x")] HttpRequest request) => _ = request;
    }

    public static class RetriedHttp
    {
        [Function("Wrong")]
        [FixedDelayRetry(1, "00:00:01")]
        public static void Run([HttpTrigger("get")] HttpRequest request) => _ = request;
    }

    public static class BadRetry
    {
        [Function("Wrong")]
        [FixedDelayRetry(1, "soon")]
        public static void Run([TimerTrigger("* * * * * *")] TimerInfo timer) => _ = timer;
    }

    public static class NoConverter
    {
        [Function("Wrong")]
        public static void Run([HttpTrigger("get")] HttpRequest request, [InputConverter(typeof(Uri))] string a) => _ = (request, a);
    }

    public static class TwoAnswers
    {
        public sealed record Both([property: HttpResult] IActionResult One, HttpResponseData Other);

        [Function("Wrong")]
        public static Both? Run([HttpTrigger("get")] HttpRequest request) => request is null ? null : default;
    }

    public static class UnboundService
    {
        [Function("Wrong")]
        public static void Run([HttpTrigger("get")] HttpRequest request, IServiceProvider services) => _ = (request, services);
    }

    public static class ByReference
    {
        [Function("Wrong")]
        public static void Run([HttpTrigger("get")] HttpRequest request, ref int n) => _ = (request, n);
    }

    public static class HttpString
    {
        [Function("Wrong")]
        public static void Run([HttpTrigger("get")] string request) => _ = request;
    }

    public static class SecondInput
    {
        [Function("Wrong")]
        public static void Run([OrchestrationTrigger] TaskOrchestrationContext context, int one, int two) => _ = (context, one, two);
    }

    public static class NotPublic
    {
        [Function("Shown")]
        public static void Shown([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => _ = request;

        [Function("Hidden")]
        internal static void Hidden([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => _ = request;
    }
}
