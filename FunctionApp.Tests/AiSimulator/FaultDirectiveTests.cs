using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;
using SimulatorOperations = AiSimulator.Calls.Operations;

namespace FunctionApp.Tests.Simulator;

public sealed class FaultDirectiveTests
{
    private readonly CallLog _log = new(TimeProvider.System);

    [Fact]
    public void ReadAll_Options_AreRead()
    {
        var directive = Assert.Single(FaultDirective.ReadAll("A cat [[fault: image/3 429 x2 retry-after-ms=250]] on a wall"));

        Assert.Equal((SimulatorOperations.Image, 3, 2L), (directive.Operation, directive.Index, directive.Times));
        Assert.Equal(FaultKind.RateLimit, directive.Fault.Kind);
        Assert.Equal(TimeSpan.FromMilliseconds(250), directive.Fault.RetryAfter);
    }

    [Fact]
    public void ReadAll_EveryKind_CanBeAskedFor()
    {
        foreach (var kind in Enum.GetValues<FaultKind>())
            Assert.Equal(kind, Assert.Single(FaultDirective.ReadAll($"[[fault: {FaultKinds.NameOf(kind)}]]")).Fault.Kind);
    }

    [Theory]
    [InlineData("[[fault: image/0 explode]]")]
    [InlineData("[[fault: image/x 429]]")]
    [InlineData("[[fault: text 429 retry-after=soon]]")]
    [InlineData("[[fault: text 429 twice]]")]
    [InlineData("[[fault: ]]")]
    public void ReadAll_UnreadableDirective_Throws(string prompt) => Assert.Throws<InvalidRequestException>(() => FaultDirective.ReadAll(prompt));

    [Fact]
    public void Strip_Directives_AreRemoved() =>
        Assert.Equal("A cat on a wall", FaultDirective.Strip("[[fault: text 500]] A cat on a wall [[fault: image 503 x*]]"));

    [Fact]
    public void Due_Times_CountByCampaignAndPart()
    {
        const string Prompt = "[[fault: image/0 429 x2]]";

        Assert.Equal([FaultKind.RateLimit, FaultKind.RateLimit, null], Calls(Prompt, "one", "image/0", 3));
        Assert.Equal([FaultKind.RateLimit], Calls(Prompt, "two", "image/0", 1));
        Assert.Equal([null], Calls(Prompt, "one", "image/1", 1));
        Assert.Equal([null], Calls(Prompt, "one", "text", 1));
    }

    [Fact]
    public void Due_SeveralDirectives_TakeTurns() => Assert.Equal(
        [FaultKind.RateLimit, FaultKind.RateLimit, FaultKind.Error, null],
        Calls("[[fault: image/0 429 x2]] [[fault: text 503]] [[fault: image 500]]", "one", "image/0", 4));

    [Fact]
    public void Due_TimesStar_StrikesEveryCall() => Assert.All(Calls("[[fault: * 503 x*]]", "one", "text", 50), kind => Assert.Equal(FaultKind.Unavailable, kind));

    [Fact]
    public void Due_WithoutIdentity_ImagesCountByArrival()
    {
        const string Prompt = "[[fault: image/1 500 x2]]";

        Assert.Equal([null, FaultKind.Error, FaultKind.Error, null], Enumerable.Range(0, 4).Select(_ => Call(Prompt, null, SimulatorOperations.Image)));
        Assert.Equal([FaultKind.Error, null], Enumerable.Range(0, 2).Select(_ => Call("[[fault: text 500]]", null, SimulatorOperations.Text)));
    }

    [Theory]
    [InlineData("0198-a/image/0", null, null, "0198-a", "image/0")]
    [InlineData(null, "0198-b/text", null, "0198-b", "text")]
    [InlineData(null, null, "http://host/api/callbacks/replicate/0198-c/image%2F4", "0198-c", "image/4")]
    [InlineData(null, null, "http://host/api/callbacks/replicate/0198-d/image/5", "0198-d", "image/5")]
    public void Given_HeaderFieldOrWebhook_NamesCampaignAndPart(string? header, string? user, string? webhook, string campaign, string part) =>
        Assert.Equal(new CallIdentity(campaign, part, IsGiven: true), CallIdentity.Given(header, user, webhook));

    [Fact]
    public void Given_NoCampaignAndPart_IsNull() => Assert.Null(CallIdentity.Given(null, "somebody", "http://host/hook"));

    [Theory]
    [InlineData("429 retry-after=3", "Retry-After: 3")]
    [InlineData("429 retry-after-ms=1500", "Retry-After: 2|retry-after-ms: 1500")]
    [InlineData("429 retry-after=10 retry-after-date", "Retry-After: Thu, 01 Jan 2026 00:00:10 GMT")]
    [InlineData("429", "Retry-After: 1")]
    [InlineData("429 retry-after=none", "")]
    [InlineData("503", "")]
    [InlineData("503 retry-after=7", "Retry-After: 7")]
    public void RetryHeaders_EveryFormat_IsSent(string directive, string expected)
    {
        var fault = Assert.Single(FaultDirective.ReadAll($"[[fault: {directive}]]")).Fault;

        var headers = fault.RetryHeaders(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(expected, string.Join('|', headers.Select(h => $"{h.Key}: {h.Value}")));
    }

    private List<FaultKind?> Calls(string prompt, string campaign, string part, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Call(prompt, new CallIdentity(campaign, part, true), part == "text" ? SimulatorOperations.Text : SimulatorOperations.Image))];

    private FaultKind? Call(string prompt, CallIdentity? identity, string operation) =>
        FaultDirective.Due(FaultDirective.ReadAll(prompt), _log.Begin("openai", operation, identity, prompt, null), identity)?.Kind;
}
