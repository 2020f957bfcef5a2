namespace Benchmarks.Job;

/// <summary>What a job's last step writes.</summary>
public sealed record Completion(string Id, string Text, string ImagePath);
