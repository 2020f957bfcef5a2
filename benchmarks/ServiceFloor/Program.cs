using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Benchmarks.ServiceFloor;
using Npgsql;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls($"http://127.0.0.1:{Setting("PORT")}");
await using var app = builder.Build();
await using var record = new CampaignRecord(NpgsqlDataSource.Create(Setting("NPGSQL") + ";Maximum Pool Size=16;Max Auto Prepare=20;No Reset On Close=true"));
await record.PrepareAsync();
using var http = new HttpClient();
var images = new BlobContainerClient(Setting("STORAGE"), "campaign-images");
var running = new ConcurrentDictionary<Guid, TaskCompletionSource>();

app.MapGet("/api/health/ready", () => Results.Ok());
app.MapPost("/api/campaigns", async (NewCampaign request, HttpContext context) =>
{
    if (request.Prompt is not { Length: > 0 and <= 4000 })
        return Results.BadRequest();
    var id = Guid.CreateVersion7();
    await record.AcceptAsync(id, context.Request.Headers["Idempotency-Key"], request.Prompt);
    running[id] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    _ = Task.Run(() => MakeAsync(id, request.Prompt));
    return Results.Accepted($"/api/campaigns/{id}", new { id, status = "RUNNING" });
});
app.MapGet("/api/campaigns/{id:guid}", async (Guid id, int? wait) =>
{
    if (wait is { } seconds && running.TryGetValue(id, out var ending))
        await Task.WhenAny(ending.Task, Task.Delay(TimeSpan.FromSeconds(seconds)));
    return await record.FindAsync(id) is { } campaign ? Results.Ok(campaign) : Results.NotFound();
});
await app.RunAsync();

static string Setting(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is missing.");

async Task MakeAsync(Guid id, string prompt)
{
    try
    {
        await Task.WhenAll(WriteTextAsync(id, prompt), DrawImageAsync(id, prompt));
        await record.EndAsync(id, "COMPLETE");
    }
    catch (Exception exception)
    {
        app.Logger.LogError(exception, "Campaign {CampaignId} failed.", id);
        await record.EndAsync(id, "FAILED");
    }
    if (running.TryRemove(id, out var ending))
        ending.SetResult();
}

async Task WriteTextAsync(Guid id, string prompt)
{
    using var response = await CallAsync("/chat/completions", new { model = "text", messages = new[] { new { role = "user", content = prompt } } });
    await record.CompleteTextAsync(id, response.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!);
}

async Task DrawImageAsync(Guid id, string prompt)
{
    using var response = await CallAsync("/images/generations", new { model = "image", prompt, n = 1, size = "1024x1024" });
    var bytes = response.RootElement.GetProperty("data")[0].GetProperty("b64_json").GetBytesFromBase64();
    var name = $"{id:D}/image-0.png";
    await images.GetBlobClient(name).UploadAsync(
        BinaryData.FromBytes(bytes), new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "image/png" } });
    await record.CompleteImageAsync(id, name, bytes.Length);
}

async Task<JsonDocument> CallAsync<T>(string path, T body)
{
    using var request = new HttpRequestMessage(HttpMethod.Post, Setting("PROVIDER_URL") + path) { Content = JsonContent.Create(body) };
    request.Headers.Authorization = new("Bearer", "none");
    using var response = await http.SendAsync(request);
    response.EnsureSuccessStatusCode();
    return await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync());
}
