using System.Text;
using System.Text.Json;
using Atelier.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionApp.Tests.Campaigns.Http;

/// <summary>A request to a function and, once its result has been executed, the response.</summary>
internal sealed class HttpCall
{
    private static readonly IServiceProvider Services = new ServiceCollection().AddLogging().BuildServiceProvider();
    private readonly DefaultHttpContext _http = new() { RequestServices = Services, Response = { Body = new MemoryStream() } };

    public HttpCall(string user = "ann", string? query = null, string? json = null)
    {
        Request.Method = json is null ? "GET" : "POST";
        Request.QueryString = new QueryString(query);
        _http.Features.Set(new Caller(user));
        if (json is null)
            return;
        Request.ContentType = "application/json";
        Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(json));
    }

    public HttpRequest Request => _http.Request;

    public HttpResponse Response => _http.Response;

    public byte[] Body => ((MemoryStream)Response.Body).ToArray();

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    /// <summary>Runs a function and writes its result, as a host does.</summary>
    public async Task<HttpCall> RunAsync(Func<HttpRequest, Task<IResult>> function)
    {
        await (await function(Request)).ExecuteAsync(_http);
        return this;
    }
}
