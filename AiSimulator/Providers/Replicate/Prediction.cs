using AiSimulator.Faults;
using AiSimulator.Jobs;
using AiSimulator.Painting;

namespace AiSimulator.Providers.Replicate;

/// <summary>A job as Replicate's API shows it.</summary>
internal static class Prediction
{
    /// <summary>The prediction as it now is.</summary>
    /// <param name="job">The job.</param>
    /// <param name="picture">Its picture, where the output carries it; null for an address.</param>
    public static object Of(Job job, byte[]? picture = null) => new
    {
        id = job.Id,
        model = job.Model,
        version = "simulated",
        input = job.Input,
        logs = job.State == JobState.Starting ? "" : $"Using seed: {job.Order.Seed ?? job.Order.Index}\n",
        output = job.State == JobState.Succeeded ? OutputOf(job, picture) : null,
        data_removed = false,
        source = "api",
        error = job.Error,
        status = job.State.ToString().ToLowerInvariant(),
        created_at = Time(job.CreatedAt),
        started_at = Time(job.StartedAt),
        completed_at = Time(job.EndedAt),
        metrics = job is { EndedAt: { } ended, StartedAt: { } started }
            ? new { predict_time = Seconds(ended - started), total_time = Seconds(ended - job.CreatedAt) }
            : (object)new { },
        urls = new
        {
            get = $"{job.BaseUrl}/v1/predictions/{job.Id}",
            cancel = $"{job.BaseUrl}/v1/predictions/{job.Id}/cancel",
            web = $"{job.BaseUrl}/",
        },
    };

    /// <summary>What someone without the secret would send: success, with a picture of their own.</summary>
    public static object Forged(Job job) => new
    {
        id = job.Id,
        model = job.Model,
        status = "succeeded",
        output = new[] { $"{job.BaseUrl}/outputs/forged/0.png" },
        error = (string?)null,
        created_at = Time(job.CreatedAt),
    };

    /// <summary>Models of the "pro" and "ultra" kind give one address, others a list, as on Replicate.</summary>
    private static object? OutputOf(Job job, byte[]? picture)
    {
        if (picture is not null) return new[] { Fault.Encode(job.Fault, picture) };
        var isSingle = job.Model is { } model && (model.Contains("-pro", StringComparison.Ordinal) || model.Contains("-ultra", StringComparison.Ordinal));
        if (job.Fault?.Kind == FaultKind.Empty) return isSingle ? null : Array.Empty<string>();
        var ending = job.Order.Format == PictureFormat.Png ? "png" : "jpg";
        string[] addresses = [.. Enumerable.Range(0, job.Count).Select(i => $"{job.BaseUrl}/outputs/{job.Id}/{i}.{ending}")];
        return isSingle ? addresses[0] : addresses;
    }

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");
}
