using System.Text.Json.Nodes;
using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;
using AiSimulator.Providers;
using AiSimulator.Webhooks;

namespace AiSimulator.Admin;

/// <summary>Endpoints to watch and configure the simulator: calls, faults, latencies, webhooks. They need no key: the simulator listens on loopback.</summary>
internal sealed class AdminEndpoints(CallLog calls, FaultBook faults, Latency latency, WebhookLog webhooks)
{
    private const int UsualCalls = 20_000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => Results.Stream(Page(), "text/html; charset=utf-8"));
        routes.MapGet("/healthz", () => Results.Text("ok"));

        var admin = routes.MapGroup("/admin");
        admin.MapGet("/calls", (string? campaign, string? part, long? after, int? limit) =>
            Results.Json(calls.List(campaign, part, after ?? 0, Math.Clamp(limit ?? UsualCalls, 1, UsualCalls))));
        admin.MapDelete("/calls", () =>
        {
            calls.Clear();
            webhooks.Clear();
            return Results.NoContent();
        });
        admin.MapGet("/stats", (string? campaign) => Results.Json(calls.Statistics(campaign)));
        admin.MapGet("/webhooks", (string? campaign) => Results.Json(webhooks.List(campaign)));

        admin.MapGet("/faults", () => Results.Json(new { rules = faults.Rules.Select(FaultRuleBody.Show), kinds = FaultKinds.Names }));
        admin.MapPost("/faults", (HttpRequest request, CancellationToken cancellation) => SetAsync(
            request, body => Results.Json(FaultRuleBody.Show(faults.Add(FaultRuleBody.Read(body))), statusCode: 201), cancellation));
        admin.MapDelete("/faults", () =>
        {
            faults.Clear();
            return Results.NoContent();
        });
        admin.MapDelete("/faults/{id:long}", (long id) => faults.Remove(id) ? Results.NoContent() : Results.NotFound());

        admin.MapGet("/latency", ShowLatency);
        admin.MapPut("/latency", (HttpRequest request, CancellationToken cancellation) => SetAsync(request, SetLatency, cancellation));
    }

    private IResult SetLatency(JsonObject body)
    {
        const int Longest = 600_000;
        latency.Text = TimeSpan.FromMilliseconds(body.InRange("textMs", (int)latency.Text.TotalMilliseconds, 0, Longest));
        latency.Image = TimeSpan.FromMilliseconds(body.InRange("imageMs", (int)latency.Image.TotalMilliseconds, 0, Longest));
        return ShowLatency();
    }

    private IResult ShowLatency() => Results.Json(new { textMs = latency.Text.TotalMilliseconds, imageMs = latency.Image.TotalMilliseconds });

    private static async Task<IResult> SetAsync(HttpRequest request, Func<JsonObject, IResult> set, CancellationToken cancellation)
    {
        try
        {
            return set(await JsonBody.ReadAsync(request, cancellation));
        }
        catch (InvalidRequestException e)
        {
            return Results.Json(new { error = e.Message, field = e.Field }, statusCode: 400);
        }
    }

    private static Stream Page() => typeof(AdminEndpoints).Assembly.GetManifestResourceStream("AiSimulator.Admin.page.html")
        ?? throw new InvalidOperationException("The page is not embedded in the assembly.");
}
