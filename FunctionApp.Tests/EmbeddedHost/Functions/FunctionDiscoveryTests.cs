using EmbeddedHost;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedHost.Functions;

/// <summary>A function that needs what this host lacks stops the start, with a line that names the function and the reason.</summary>
public sealed class FunctionDiscoveryTests
{
    private const string Daily = "0 0 0 * * *";

    [Theory]
    [InlineData(typeof(OtherTrigger), "this host has no QueueTriggerAttribute")]
    [InlineData(typeof(OtherInput), "this host has no BlobInputAttribute")]
    [InlineData(typeof(OtherOutput), "this host has no BlobOutputAttribute")]
    [InlineData(typeof(OutputProperty), "this host has no BlobOutputAttribute")]
    [InlineData(typeof(Entity), "this host has no EntityTriggerAttribute")]
    [InlineData(typeof(Retried), "this host has no FixedDelayRetryAttribute")]
    [InlineData(typeof(FunctionLevel), "this host has no keys, so its level must be Anonymous and not Function")]
    [InlineData(typeof(TwoTriggers), "it has 2 triggers instead of one")]
    [InlineData(typeof(NoTrigger), "it has 0 triggers instead of one")]
    [InlineData(typeof(NotPublic), "its method is not public")]
    [InlineData(typeof(Generic), "it is generic")]
    [InlineData(typeof(Abstract), "its class is abstract")]
    [InlineData(typeof(AsyncVoid), "it is async and does not return a Task")]
    [InlineData(typeof(ReturnsValueTask), "it returns a ValueTask instead of a Task")]
    [InlineData(typeof(ReturnsText), "it returns System.String, and this host writes an IResult only")]
    [InlineData(typeof(BadRoute), "its route 'bad/{' does not parse")]
    [InlineData(typeof(BadConstraint), "constraint 'whole' of its route is not valid")]
    [InlineData(typeof(BodyParameter), "no value for parameter 'body' of type System.String")]
    [InlineData(typeof(ByReference), "no value for parameter 'n'")]
    [InlineData(typeof(RequestData), "no value for parameter 'request' of type Microsoft.Azure.Functions.Worker.Http.HttpRequestData")]
    [InlineData(typeof(OtherHub), "no value for parameter 'client'")]
    [InlineData(typeof(SecondInput), "no value for parameter 'two'")]
    [InlineData(typeof(ActivityProperty), "no value for parameter 'name'")]
    [InlineData(typeof(OtherName), "its trigger gives it another name")]
    [InlineData(typeof(BadSchedule), "its schedule '99 * * * * *' is no NCRONTAB expression")]
    [InlineData(typeof(MissingSetting), "'%Nowhere%' names a setting that does not exist")]
    [InlineData(typeof(NeverDue), "its schedule '0 0 0 30 2 *' has no occurrence")]
    [InlineData(typeof(WantsAService), "its class wants a System.Uri, which is no service of the app")]
    public void Start_OfWhatThisHostLacks_EndsWithOneLine(Type functions, string reason)
    {
        var failure = Assert.Throws<HostFailure>(() => TestApp.Build([functions]));

        Assert.StartsWith("Function 'Wrong", failure.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void Start_OfSeveralMistakes_NamesThemAll()
    {
        var failure = Assert.Throws<HostFailure>(() => TestApp.Build([typeof(NoTrigger), typeof(BadRoute), typeof(ReturnsText)]));

        Assert.Equal(3, failure.Message.Split('\n').Length);
    }

    [Fact]
    public void Start_OfTwoFunctionsOfOneName_EndsWithOneLine()
    {
        var failure = Assert.Throws<HostFailure>(() => TestApp.Build([typeof(Twice)]));

        Assert.Contains("Function 'Same' is declared 2 times", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_OfTwoFunctionsAtOneRoute_EndsWithOneLine()
    {
        var failure = Assert.Throws<HostFailure>(() => TestApp.Build([typeof(SameRoute)]));

        Assert.Equal("Functions 'One' and 'Other' both take GET at route 'api/same/{}'.", failure.Message);
    }

    [AttributeUsage(AttributeTargets.Parameter)]
    private sealed class QueueTriggerAttribute : TriggerBindingAttribute;

    [AttributeUsage(AttributeTargets.Parameter)]
    private sealed class BlobInputAttribute : InputBindingAttribute;

    [AttributeUsage(AttributeTargets.Method | AttributeTargets.Property)]
    private sealed class BlobOutputAttribute : OutputBindingAttribute;

    private static class OtherTrigger
    {
        [Function("Wrong")]
        public static void Run([QueueTrigger] string message) => _ = message;
    }

    private static class OtherInput
    {
        [Function("Wrong")]
        public static void Run([TimerTrigger(Daily)] TimerInfo timer, [BlobInput] string blob) => _ = (timer, blob);
    }

    private static class OtherOutput
    {
        [Function("Wrong")]
        [BlobOutput]
        public static string Run([TimerTrigger(Daily)] TimerInfo timer) => $"{timer.IsPastDue}";
    }

    private static class OutputProperty
    {
        public sealed record Output([property: BlobOutput] string Blob);

        [Function("Wrong")]
        public static Output Run([TimerTrigger(Daily)] TimerInfo timer) => new($"{timer.IsPastDue}");
    }

    private static class Entity
    {
        [Function("Wrong")]
        public static void Run([EntityTrigger] TaskEntityDispatcher dispatcher) => _ = dispatcher;
    }

    private static class Retried
    {
        [Function("Wrong")]
        [FixedDelayRetry(1, "00:00:01")]
        public static void Run([TimerTrigger(Daily)] TimerInfo timer) => _ = timer;
    }

    private static class FunctionLevel
    {
        [Function("Wrong")]
        public static IResult? Run([HttpTrigger("get")] HttpRequest request) => request is null ? null : Results.Ok();
    }

    private static class TwoTriggers
    {
        [Function("Wrong")]
        public static void Run([TimerTrigger(Daily)] TimerInfo a, [TimerTrigger(Daily)] TimerInfo b) => _ = (a, b);
    }

    private static class NoTrigger
    {
        [Function("Wrong")]
        public static void Run(string a) => _ = a;
    }

    private static class NotPublic
    {
        [Function("Wrong")]
        internal static void Run([TimerTrigger(Daily)] TimerInfo timer) => _ = timer;
    }

    private static class Generic
    {
        [Function("Wrong")]
        public static void Run<T>([TimerTrigger(Daily)] TimerInfo timer) => _ = (timer, typeof(T));
    }

    private abstract class Abstract
    {
        [Function("Wrong")]
        public void Run([TimerTrigger(Daily)] TimerInfo timer) => _ = (timer, this);
    }

    private static class AsyncVoid
    {
        [Function("Wrong")]
#pragma warning disable MA0155, AZFW0002 // The mistake is what is tested.
        public static async void Run([TimerTrigger(Daily)] TimerInfo timer) => await Task.FromResult(timer);
#pragma warning restore MA0155, AZFW0002
    }

    private static class ReturnsValueTask
    {
        [Function("Wrong")]
        public static ValueTask<TimerInfo> Run([TimerTrigger(Daily)] TimerInfo timer) => new(timer);
    }

    private static class ReturnsText
    {
        [Function("Wrong")]
        public static string Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => request.Path;
    }

    private static class BadRoute
    {
        [Function("Wrong")]
        public static void Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "bad/{")] HttpRequest request) => _ = request;
    }

    private static class BadConstraint
    {
        [Function("Wrong")]
        public static void Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "x/{n:whole}")] HttpRequest request) => _ = request;
    }

    private static class BodyParameter
    {
        [Function("Wrong")]
        public static void Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, [FromBody] string body) => _ = (request, body);
    }

    private static class ByReference
    {
        [Function("Wrong")]
        public static void Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{n}")] HttpRequest request, ref int n) => _ = (request, n);
    }

    private static class RequestData
    {
        [Function("Wrong")]
        public static void Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequestData request) => _ = request;
    }

    private static class OtherHub
    {
        [Function("Wrong")]
        public static void Run([TimerTrigger(Daily)] TimerInfo timer, [DurableClient(TaskHub = "other")] DurableTaskClient client) => _ = (timer, client);
    }

    private static class SecondInput
    {
        [Function("Wrong")]
        public static void Run([OrchestrationTrigger] TaskOrchestrationContext context, int one, int two) => _ = (context, one, two);
    }

    private static class ActivityProperty
    {
        [Function("Wrong")]
        public static void Run([ActivityTrigger] Version input, string name) => _ = (input, name);
    }

    private static class OtherName
    {
        [Function("WrongName")]
        public static void Run([ActivityTrigger(Activity = "Right")] string a) => _ = a;
    }

    private static class BadSchedule
    {
        [Function("Wrong")]
        public static void Run([TimerTrigger("99 * * * * *")] TimerInfo timer) => _ = timer;
    }

    private static class MissingSetting
    {
        [Function("Wrong")]
        public static void Run([TimerTrigger("%Nowhere%")] TimerInfo timer) => _ = timer;
    }

    private static class NeverDue
    {
        [Function("Wrong")]
        public static void Run([TimerTrigger("0 0 0 30 2 *")] TimerInfo timer) => _ = timer;
    }

    private sealed class WantsAService(Uri uri)
    {
        [Function("Wrong")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Text($"{request.Path}{uri}");
    }

    private static class Twice
    {
        [Function("Same")]
        public static void One([TimerTrigger(Daily)] TimerInfo timer) => _ = timer;

        [Function("same")]
        public static void Other([TimerTrigger(Daily)] TimerInfo timer) => _ = timer;
    }

    private static class SameRoute
    {
        [Function("One")]
        public static void One([HttpTrigger(AuthorizationLevel.Anonymous, "get", "put", Route = "same/{a}")] HttpRequest request) => _ = request;

        [Function("Other")]
        public static void Other([HttpTrigger(AuthorizationLevel.Anonymous, "GET", Route = "same/{b}")] HttpRequest request) => _ = request;
    }
}
