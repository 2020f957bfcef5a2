using System.Net;
using System.Text.Json;
using Azure.Core.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using HttpCookie = Microsoft.Azure.Functions.Worker.Http.HttpCookie;

namespace FunctionApp.Tests.EmbeddedFunctions.Http;

/// <summary>Functions that take <see cref="HttpRequestData"/> and answer with <see cref="HttpResponseData"/>.</summary>
public static class RequestDataFunctions
{
    public sealed record Thing(string Name, int Count);

    public sealed class Whole
    {
        [HttpResult]
        public IActionResult? Answer { get; set; }

        public string? Note { get; set; }
    }

    public sealed class WithResponse
    {
        public HttpResponseData? Response { get; set; }
    }

    [Function("DataEcho")]
    public static async Task<HttpResponseData> Echo([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data/echo/{id}")] HttpRequestData request, string id)
    {
        var response = request.CreateResponse(HttpStatusCode.Created);
        response.Headers.Add("x-seen", $"{request.Method} {request.Url.AbsolutePath} {request.Query["q"]} {id} {request.Cookies.First(cookie => cookie.Name == "c").Value}");
        await response.WriteStringAsync(await request.ReadAsStringAsync() ?? "none");
        return response;
    }

    [Function("DataJson")]
    public static async Task<HttpResponseData> Json([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data/json")] HttpRequestData request)
    {
        var thing = await request.ReadFromJsonAsync<Thing>();
        var response = request.CreateResponse();
        await response.WriteAsJsonAsync(thing! with { Count = thing.Count + 1 });
        return response;
    }

    [Function("DataOwnJson")]
    public static async Task<HttpResponseData> OwnJson([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data/own")] HttpRequestData request)
    {
        var serializer = new JsonObjectSerializer(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower });
        var thing = await request.ReadFromJsonAsync<Thing>(serializer);
        var response = request.CreateResponse();
        await response.WriteAsJsonAsync(thing, serializer, "application/vnd.own+json");
        return response;
    }

    [Function("DataTwoTypes")]
    public static async Task<HttpResponseData> TwoTypes([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "data/two")] HttpRequestData request)
    {
        var response = request.CreateResponse();
        response.Headers.Add("Content-Type", "text/plain");
        await response.WriteAsJsonAsync(new Thing("a", 1));
        return response;
    }

    [Function("DataSync")]
    public static HttpResponseData Sync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data/sync")] HttpRequestData request)
    {
        var text = request.ReadAsString();
        var response = request.CreateResponse();
        response.WriteString(text + "!");
        response.WriteBytes("?"u8.ToArray());
        return response;
    }

    [Function("DataCookies")]
    public static HttpResponseData Cookies([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "data/cookies")] HttpRequestData request)
    {
        var response = request.CreateResponse();
        response.Cookies.Append("plain", "1");
        response.Cookies.Append(new HttpCookie("set", "2") { Path = "/x", HttpOnly = true, Secure = true });
        return response;
    }

    [Function("HoldsAnswer")]
    public static Whole HoldsAnswer([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "data/holds")] HttpRequest request) =>
        new() { Answer = new ObjectResult("held") { StatusCode = 202 }, Note = "unread" };

    [Function("HoldsResponse")]
    public static async Task<WithResponse> HoldsResponse([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "data/response")] HttpRequestData request)
    {
        var response = request.CreateResponse(HttpStatusCode.Accepted);
        await response.WriteStringAsync("held");
        return new() { Response = response };
    }
}

/// <summary>A function of an app without ASP.NET Core's types.</summary>
public static class PlainFunctions
{
    [Function("PlainSync")]
    public static HttpResponseData Sync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data/sync")] HttpRequestData request) =>
        RequestDataFunctions.Sync(request);
}
