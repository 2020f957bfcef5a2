using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;
using AiSimulator.Painting;
using AiSimulator.Providers;
using AiSimulator.Providers.Callback;
using AiSimulator.Providers.Replicate;

namespace AiSimulator.Jobs;

/// <summary><c>GET /outputs/{job}/{n}.{ending}</c>: where the pictures of asynchronous jobs are fetched, without a key, for a limited time.</summary>
internal sealed class OutputEndpoint(CallPipeline pipeline, JobStore jobs, JobRunner runner)
{
    private readonly Dialect[] _dialects = [new PublicDialect(ReplicateDialect.Name), new PublicDialect(CallbackDialect.Name)];

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/outputs/{id}/{index:int}.{ending}", (HttpContext http, string id, int index) =>
    {
        var dialect = Array.Find(_dialects, d => jobs.Find(d.Provider, id) is not null) ?? _dialects[0];
        return pipeline.RunForJobAsync(http, dialect, Operations.Download, jobs.Find(dialect.Provider, id), async (job, call, cancellation) =>
        {
            if (index >= job.Count || !runner.HasOutput(job)) return dialect.Error(new Failure(FaultKind.Invalid, Operations.Download, "Gone.", Code: "not_found"));
            var type = job.Order.Format == PictureFormat.Png ? "image/png" : "image/jpeg";
            return new Reply(200, type, await runner.PictureAsync(job, index, cancellation)).With("Cache-Control", "no-store");
        });
    });

    /// <summary>A file server: it knows neither keys nor JSON.</summary>
    private sealed class PublicDialect(string provider) : Dialect
    {
        public override string Provider => provider;

        public override bool IsAuthorized(HttpRequest request, string key) => true;

        public override Reply Error(Failure failure) => Reply.Text(failure.Status, "text/plain", failure.Message);

        public override Reply Empty(string operation) => Reply.Text(200, "image/png", "");
    }
}
