using System.Text;
using Atelier.Campaigns;
using Atelier.Campaigns.Http;
using Atelier.Persistence;
using Atelier.Problems;
using Microsoft.AspNetCore.Http;

namespace FunctionApp.Tests.Campaigns.Http;

public sealed class NewCampaignReaderTests
{
    [Fact]
    public async Task Read_PromptAlone_FillsInTheDefaults()
    {
        var campaign = await ReadAsync("""{"prompt":"A cat"}""");

        Assert.Equal("A cat", campaign.Prompt);
        Assert.Equal(new ImagesRequest(1, "1024x1024", "medium", "png"), campaign.Images);
        Assert.Equal(new TextOptions(null, null, null), campaign.Text);
        Assert.Null(campaign.TextProvider);
        Assert.Null(campaign.ImageProvider);
        Assert.Empty(campaign.Metadata);
    }

    [Fact]
    public async Task Read_AllFields_ReadsEach()
    {
        var campaign = await ReadAsync(
            """
            {"prompt":"A cat","images":{"count":2,"size":"1536x1024","quality":"high","format":"jpeg"},
             "text":{"maxWords":120,"tone":"playful","language":"pt-BR"},
             "providers":{"text":"words","image":"paint"},"metadata":{"customer":"42","note":""},"name":" Beach ","tags":[" Spring sale ","cats"]}
            """);

        Assert.Equal(new ImagesRequest(2, "1536x1024", "high", "jpeg"), campaign.Images);
        Assert.Equal(new TextOptions(120, "playful", "pt-BR"), campaign.Text);
        Assert.Equal(("words", "paint"), (campaign.TextProvider, campaign.ImageProvider));
        Assert.Equal("", campaign.Metadata["note"]);
        Assert.Equal("Beach", campaign.Name);
        Assert.Equal(["Spring sale", "cats"], campaign.Tags!);
    }

    [Fact]
    public async Task Read_TextNull_MeansNoText() => Assert.Null((await ReadAsync("""{"prompt":"A cat","text":null}""")).Text);

    [Fact]
    public async Task Read_NoImages_IsATextOnlyCampaign() =>
        Assert.Equal(0, (await ReadAsync("""{"prompt":"A cat","images":{"count":0}}""")).Images.Count);

    [Theory]
    [InlineData("""{}""", "prompt")]
    [InlineData("""{"prompt":null}""", "prompt")]
    [InlineData("""{"prompt":7}""", "prompt")]
    [InlineData("""{"prompt":""}""", "prompt")]
    [InlineData("""{"prompt":" \n\t "}""", "prompt")]
    [InlineData("""{"prompt":"a\u0000b"}""", "prompt")]
    [InlineData("""{"prompt":"half \ud83d"}""", "prompt")]
    [InlineData("""{"prompt":"A cat","name":" "}""", "name")]
    [InlineData("""{"prompt":"A cat","tags":["cats","Cats "]}""", "tags")]
    [InlineData("""{"prompt":"A cat","tags":[" "]}""", "tags")]
    [InlineData("""{"prompt":"A cat","tags":"cats"}""", "tags")]
    [InlineData("""[]""", "body")]
    [InlineData("""null""", "body")]
    [InlineData("""{"prompt":"A cat","Prompt":"A dog"}""", "Prompt")]
    [InlineData("""{"prompt":"A cat","colour":"red"}""", "colour")]
    [InlineData("""{"prompt":"A cat","images":null}""", "images")]
    [InlineData("""{"prompt":"A cat","images":2}""", "images")]
    [InlineData("""{"prompt":"A cat","images":{"number":2}}""", "images.number")]
    [InlineData("""{"prompt":"A cat","images":{"count":-1}}""", "images.count")]
    [InlineData("""{"prompt":"A cat","images":{"count":11}}""", "images.count")]
    [InlineData("""{"prompt":"A cat","images":{"count":1.5}}""", "images.count")]
    [InlineData("""{"prompt":"A cat","images":{"count":"2"}}""", "images.count")]
    [InlineData("""{"prompt":"A cat","images":{"count":99999999999}}""", "images.count")]
    [InlineData("""{"prompt":"A cat","images":{"size":"big"}}""", "images.size")]
    [InlineData("""{"prompt":"A cat","images":{"size":"1024x1024\n"}}""", "images.size")]
    [InlineData("""{"prompt":"A cat","images":{"size":"5000x1024"}}""", "images.size")]
    [InlineData("""{"prompt":"A cat","images":{"size":"63x64"}}""", "images.size")]
    [InlineData("""{"prompt":"A cat","images":{"quality":"hd"}}""", "images.quality")]
    [InlineData("""{"prompt":"A cat","images":{"format":"gif"}}""", "images.format")]
    [InlineData("""{"prompt":"A cat","text":"yes"}""", "text")]
    [InlineData("""{"prompt":"A cat","text":{"maxWords":0}}""", "text.maxWords")]
    [InlineData("""{"prompt":"A cat","text":{"tone":" "}}""", "text.tone")]
    [InlineData("""{"prompt":"A cat","text":{"language":"klingon please"}}""", "text.language")]
    [InlineData("""{"prompt":"A cat","text":null,"images":{"count":0}}""", "images.count")]
    [InlineData("""{"prompt":"A cat","providers":{"text":"nobody"}}""", "providers.text")]
    [InlineData("""{"prompt":"A cat","providers":{"image":"words"}}""", "providers.image")]
    [InlineData("""{"prompt":"A cat","providers":{"video":"x"}}""", "providers.video")]
    [InlineData("""{"prompt":"A cat","metadata":[]}""", "metadata")]
    [InlineData("""{"prompt":"A cat","metadata":{"":"x"}}""", "metadata")]
    [InlineData("""{"prompt":"A cat","metadata":{"a":1}}""", "metadata.a")]
    public async Task Read_OneFieldWrong_NamesItAlone(string body, string field)
    {
        var problem = await Assert.ThrowsAsync<ApiException>(() => ReadAsync(body));

        Assert.Equal((400, "validation_failed"), (problem.Status, problem.Code));
        Assert.Equal(field, Assert.Single(problem.Errors!).Key);
        Assert.StartsWith(field, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_LengthAtTheLimit_IsAccepted_AndOneMoreIsRefused()
    {
        var entries = string.Join(',', Enumerable.Range(0, 16).Select(n => $"\"{n}{new string('k', 60)}\":\"{new string('v', 512)}\""));
        await ReadAsync($$"""{"prompt":"{{new string('p', 4000)}}","metadata":{ {{entries}} } }""");

        await AssertFieldAsync($$"""{"prompt":"{{new string('p', 4001)}}"}""", "prompt");
        await AssertFieldAsync($$"""{"prompt":"p","metadata":{ {{entries}},"one":"more" } }""", "metadata");
        await AssertFieldAsync($$"""{"prompt":"p","metadata":{ "{{new string('k', 65)}}":"v" } }""", "metadata");
        await AssertFieldAsync($$"""{"prompt":"p","metadata":{ "k":"{{new string('v', 513)}}" } }""", "metadata.k");
    }

    [Fact]
    public async Task Read_SeveralFieldsWrong_NamesThemAll()
    {
        var problem = await Assert.ThrowsAsync<ApiException>(() => ReadAsync("""{"images":{"count":-1,"size":"?"},"x":1}"""));

        Assert.Equal(["images.count", "images.size", "prompt", "x"], problem.Errors!.Keys.Order());
    }

    [Fact]
    public async Task Read_SameNameTwice_SaysSo()
    {
        var problem = await Assert.ThrowsAsync<ApiException>(() => ReadAsync("""{"prompt":"a","prompt":"b"}""", "application/json"));

        Assert.Equal("The body is not valid JSON: an object has the same name twice.", problem.Message);
    }

    [Theory]
    [InlineData("", "application/json", 400, "missing_body")]
    [InlineData("{", "application/json", 400, "malformed_json")]
    [InlineData("{\"prompt\":\"a\"} x", "application/json", 400, "malformed_json")]
    [InlineData("{\"prompt\":\"a\",\"prompt\":\"b\"}", "application/json", 400, "malformed_json")]
    [InlineData("{\"prompt\":\"a\",\"\\ud83d\":1}", "application/json", 400, "malformed_json")]
    [InlineData("{\"prompt\":\"a\"}", null, 400, "unsupported_content_type")]
    [InlineData("{\"prompt\":\"a\"}", "text/plain", 400, "unsupported_content_type")]
    [InlineData("{\"prompt\":\"a\"}", "application/json; charset=iso-8859-1", 400, "unsupported_content_type")]
    public async Task Read_NoUsableBody_SaysWhy(string body, string? contentType, int status, string code)
    {
        var problem = await Assert.ThrowsAsync<ApiException>(() => ReadAsync(body, contentType));

        Assert.Equal((status, code), (problem.Status, problem.Code));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=UTF-8")]
    [InlineData("application/merge-patch+json")]
    public async Task Read_AnyJsonContentType_IsRead(string contentType) =>
        Assert.Equal("a", (await ReadAsync("""{"prompt":"a"}""", contentType)).Prompt);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_BodyTooLong_Is413WithOrWithoutContentLength(bool hasLength)
    {
        var body = $$"""{"prompt":"a","x":"{{new string('x', 64 * 1024)}}"}""";

        var problem = await Assert.ThrowsAsync<ApiException>(() => ReadAsync(body, hasLength: hasLength));

        Assert.Equal((413, "body_too_large"), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task ComputeHash_SameRequestSpeltDifferently_IsTheSame()
    {
        var one = await ReadAsync("""{"prompt":"A cat","metadata":{"a":"1","b":"2"}}""");
        var other = await ReadAsync("""{ "metadata":{"b":"2","a":"1"}, "images":{"count":1}, "prompt":"A cat" }""");
        var different = await ReadAsync("""{"prompt":"A cat","metadata":{"a":"1","b":"3"}}""");

        Assert.Equal(one.ComputeHash(), other.ComputeHash());
        Assert.NotEqual(one.ComputeHash(), different.ComputeHash());
    }

    private static async Task AssertFieldAsync(string body, string field)
    {
        var problem = await Assert.ThrowsAsync<ApiException>(() => ReadAsync(body));
        Assert.Equal(field, Assert.Single(problem.Errors!).Key);
    }

    private static Task<NewCampaign> ReadAsync(string body, string? contentType = "application/json", bool hasLength = true)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var request = new DefaultHttpContext().Request;
        request.ContentType = contentType;
        request.ContentLength = hasLength ? bytes.Length : null;
        request.Body = new MemoryStream(bytes);
        return new NewCampaignReader(TestGenerators.Create()).ReadAsync(request, CancellationToken.None);
    }
}
