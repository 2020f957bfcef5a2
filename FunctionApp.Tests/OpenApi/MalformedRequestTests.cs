using System.Net;
using FsCheck;
using FsCheck.Fluent;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.OpenApi;

/// <summary>Malformed and extreme requests, generated from the document, for each of its operations.</summary>
[Collection(HostsCollection.Name)]
public sealed class MalformedRequestTests(LocalServicesFixture services)
{
    private const int RequestsPerOperation = 40;

    [Fact]
    public async Task AnyRequest_AtAnyOperation_GetsADocumentedResponseAndNever500()
    {
        await using var atelier = new AtelierFixture
        {
            PlainPictures = true,
            MoreSettings = new Dictionary<string, string>
            {
                ["Access__Operators"] = "operator",
                ["Access__RequestsPerMinute"] = "0",
                ["Access__MaxRunning"] = "0",
                ["Access__MaxPerDay"] = "0",
            },
        };
        var api = await atelier.StartAsync(services);
        var known = await api.StartAsync("A campaign that exists");
        await api.EndOfAsync(known);

        // FsCheck waits for each request: on threads of its own, since the simulators of tests beside this one need those of the pool.
        await Task.WhenAll(ApiContract.Operations.Select(operation => Task.Factory.StartNew(
            () => Prop.ForAll(
                RequestGenerator.Of(operation, known).ToArbitrary(),
                request => SendAsync(api.Http, request).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(RequestsPerOperation)),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.DoesNotContain(
            atelier.Output.Split('\n'),
            line => (line.Contains("fail:", StringComparison.Ordinal) || line.Contains("crit:", StringComparison.Ordinal))
                // A provider's failure on a strange prompt is not the request's fault.
                && !line.Contains("PartRunner", StringComparison.Ordinal));
        // The process is still running, and works.
        var after = await api.StartAsync("And one more", images: 0);
        Assert.Equal("COMPLETE", (string)(await api.EndOfAsync(after))["status"]!);
    }

    // The client's contract handler has checked by then that the response is a documented one.
    private static async Task<bool> SendAsync(HttpClient http, GeneratedRequest generated)
    {
        using var request = generated.ToMessage();
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var status = (int)response.StatusCode;
        return status < 500
            ? status < 400 || status == (int)HttpStatusCode.RequestedRangeNotSatisfiable
                || response.Content.Headers.ContentType?.MediaType == "application/problem+json"
            // Without the key for webhooks the service responds with 503; nothing else may.
            : status == (int)HttpStatusCode.ServiceUnavailable && generated.Path.StartsWith("/api/webhooks", StringComparison.Ordinal);
    }
}
