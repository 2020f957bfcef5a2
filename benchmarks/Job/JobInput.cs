namespace Benchmarks.Job;

/// <summary>One job, as it is submitted.</summary>
/// <param name="Id">Names the job, its row and its file.</param>
/// <param name="Prompt">What the provider is asked for; some 200 characters.</param>
public sealed record JobInput(string Id, string Prompt);
