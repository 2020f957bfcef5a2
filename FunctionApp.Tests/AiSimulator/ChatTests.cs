using System.Net;
using System.Net.Http.Json;

namespace FunctionApp.Tests.Simulator;

public sealed class ChatTests(SimulatorFixture simulator) : IClassFixture<SimulatorFixture>
{
    [Theory]
    [InlineData("/v1")]
    [InlineData("/openai/v1")]
    [InlineData("/v1beta/openai")]
    public async Task Chat_AnyProvider_GivesAnOpenAiCompletion(string baseUrl)
    {
        var response = await simulator.ChatAsync("A bakery that opens at dawn", baseUrl: baseUrl);

        var completion = await SimulatorFixture.JsonOf(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("chat.completion", (string?)completion["object"]);
        Assert.Equal("stop", (string?)completion["choices"]![0]!["finish_reason"]);
        Assert.Contains("bakery", (string?)completion["choices"]![0]!["message"]!["content"], StringComparison.OrdinalIgnoreCase);
        var usage = completion["usage"]!;
        Assert.Equal((int)usage["total_tokens"]!, (int)usage["prompt_tokens"]! + (int)usage["completion_tokens"]!);
        Assert.NotEmpty(response.Headers.GetValues("x-request-id"));
    }

    [Fact]
    public async Task Chat_SamePrompt_GivesTheSameText()
    {
        var first = await ContentOf(await simulator.ChatAsync("Yoga in the park"));
        var second = await ContentOf(await simulator.ChatAsync("Yoga in the park"));
        var other = await ContentOf(await simulator.ChatAsync("Boxing in the cellar"));

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(40)]
    [InlineData(80)]
    public async Task Chat_InstructionsLimitTheWords_KeepsTheLimit(int words)
    {
        var text = await ContentOf(await simulator.ChatAsync("A campaign for a long and winding hiking tour", system: $"Write at most {words} words."));

        Assert.InRange(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 1, words);
    }

    [Fact]
    public async Task Chat_Directive_IsNotPartOfTheText()
    {
        var text = await ContentOf(await simulator.ChatAsync("A bakery [[fault: image/0 500]]"));

        Assert.DoesNotContain("fault", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_TooFewTokensAllowed_FinishesWithLength()
    {
        var response = await simulator.Http.PostAsJsonAsync("/v1/chat/completions", new
        {
            model = "m",
            max_completion_tokens = 8,
            messages = new[] { new { role = "user", content = new[] { new { type = "text", text = "A bakery" } } } },
        });

        Assert.Equal("length", (string?)(await SimulatorFixture.JsonOf(response))["choices"]![0]!["finish_reason"]);
    }

    [Fact]
    public async Task Chat_WithoutModel_IsRefusedAndNamesTheField()
    {
        var response = await simulator.Http.PostAsJsonAsync("/v1/chat/completions", new { messages = new[] { new { role = "user", content = "Hello" } } });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await SimulatorFixture.JsonOf(response))["error"]!;
        Assert.Equal("model", (string?)error["param"]);
        Assert.Equal("invalid_request_error", (string?)error["type"]);
    }

    [Fact]
    public async Task Chat_Streamed_SendsTheSameTextInPieces()
    {
        var whole = await ContentOf(await simulator.ChatAsync("A bakery"));
        var response = await simulator.Http.PostAsJsonAsync("/v1/chat/completions", new
        {
            model = "m",
            stream = true,
            messages = new[] { new { role = "system", content = "You write." }, new { role = "user", content = "A bakery" } },
        });

        var events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        var pieces = events[..^1].Select(e => (string?)System.Text.Json.Nodes.JsonNode.Parse(e[6..])!["choices"]![0]!["delta"]!["content"]);
        Assert.Equal(whole, string.Concat(pieces));
    }

    private static async Task<string> ContentOf(HttpResponseMessage response) =>
        (string)(await SimulatorFixture.JsonOf(response))["choices"]![0]!["message"]!["content"]!;
}
