using System.Text.Json;
using Atelier.Http;
using Atelier.Problems;
using Microsoft.AspNetCore.Http;

namespace FunctionApp.Tests.Http;

public sealed class RequestBodyTests
{
    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];

    [Fact]
    public async Task Read_ByteOrderMark_IsSkipped()
    {
        using var body = await ReadAsync([.. Mark, .. """{"prompt":"A lake"}"""u8]);

        Assert.Equal("A lake", body.RootElement.GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task Read_NothingButAByteOrderMark_IsAnEmptyBody() =>
        Assert.Equal("missing_body", (await Assert.ThrowsAsync<ApiException>(() => ReadAsync(Mark))).Code);

    [Fact]
    public async Task Read_ByteOrderMarkInTheMiddle_IsNotJson() =>
        Assert.Equal("malformed_json", (await Assert.ThrowsAsync<ApiException>(() => ReadAsync([.. "{ "u8, .. Mark, .. "}"u8]))).Code);

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC3, 0x28 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    public async Task Read_BytesThatAreNotUtf8_AreMalformedJsonWhereverTheyAre(byte[] bytes)
    {
        byte[][] bodies = [[.. "{\""u8, .. bytes, .. "\":1}"u8], [.. "{\"prompt\":\""u8, .. bytes, .. "\"}"u8], [.. "{\"a\":[{\""u8, .. bytes, .. "\":1}]}"u8], bytes];
        foreach (var body in bodies)
            Assert.Equal("malformed_json", (await Assert.ThrowsAsync<ApiException>(() => ReadAsync(body))).Code);
    }

    [Theory]
    [InlineData("""{"\ud83d":1}""")]
    [InlineData("""{"a":[{"\ude00":1}]}""")]
    [InlineData("""{"\ud83d":1,"\ude00":2}""")]
    public async Task Read_NameWithHalfAPair_IsMalformedJson(string body) =>
        Assert.Equal("malformed_json", (await Assert.ThrowsAsync<ApiException>(() => ReadAsync(System.Text.Encoding.UTF8.GetBytes(body)))).Code);

    private static Task<JsonDocument> ReadAsync(byte[] body)
    {
        var http = new DefaultHttpContext { Request = { ContentType = "application/json", Body = new MemoryStream(body) } };
        return RequestBody.ReadJsonAsync(http.Request, CancellationToken.None);
    }
}
