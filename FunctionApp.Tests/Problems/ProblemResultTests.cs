using System.Text.Json;
using Atelier.Problems;
using Microsoft.AspNetCore.Http;

namespace FunctionApp.Tests.Problems;

public sealed class ProblemResultTests
{
    [Fact]
    public async Task Execute_ValidationError_WritesProblemDetailsWithCodeErrorsAndTrace()
    {
        (var response, var body) = await ExecuteAsync(ApiException.Invalid("limit", "must be a whole number from 1 to 100."));

        Assert.Equal(400, response.StatusCode);
        Assert.Equal("application/problem+json", response.ContentType);
        Assert.Equal("Bad Request", body.GetProperty("title").GetString());
        Assert.Equal(400, body.GetProperty("status").GetInt32());
        Assert.Equal("validation_failed", body.GetProperty("code").GetString());
        Assert.Equal("limit must be a whole number from 1 to 100.", body.GetProperty("detail").GetString());
        Assert.Equal("must be a whole number from 1 to 100.", body.GetProperty("errors").GetProperty("limit")[0].GetString());
        Assert.Equal("/api/campaigns", body.GetProperty("instance").GetString());
        Assert.NotEqual("", body.GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task Execute_RetryAfter_IsSentInWholeSecondsWithoutErrors()
    {
        (var response, var body) =
            await ExecuteAsync(new ApiException(503, "database_unavailable", "Away.") { RetryAfter = TimeSpan.FromMilliseconds(4200) });

        Assert.Equal("5", response.Headers.RetryAfter);
        Assert.False(body.TryGetProperty("errors", out _));
    }

    private static async Task<(HttpResponse Response, JsonElement Body)> ExecuteAsync(ApiException problem)
    {
        var http = new DefaultHttpContext { Request = { Path = "/api/campaigns" }, Response = { Body = new MemoryStream() } };
        await new ProblemResult(problem).ExecuteAsync(http);
        http.Response.Body.Position = 0;
        using var document = await JsonDocument.ParseAsync(http.Response.Body);
        return (http.Response, document.RootElement.Clone());
    }
}
