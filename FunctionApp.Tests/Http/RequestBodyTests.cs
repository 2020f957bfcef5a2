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
        using JsonDocument body = await ReadAsync([.. Mark, .. """{"prompt":"A lake"}"""u8]);

        Assert.Equal("A lake", body.RootElement.GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task Read_NothingButAByteOrderMark_IsAnEmptyBody() =>
        Assert.Equal("missing_body", (await Assert.ThrowsAsync<ApiException>(() => ReadAsync(Mark))).Code);

    [Fact]
    public async Task Read_ByteOrderMarkInTheMiddle_IsNotJson() =>
        Assert.Equal("malformed_json", (await Assert.ThrowsAsync<ApiException>(() => ReadAsync([.. "{ "u8, .. Mark, .. "}"u8]))).Code);

    private static Task<JsonDocument> ReadAsync(byte[] body)
    {
        var http = new DefaultHttpContext { Request = { ContentType = "application/json", Body = new MemoryStream(body) } };
        return RequestBody.ReadJsonAsync(http.Request, CancellationToken.None);
    }
}
