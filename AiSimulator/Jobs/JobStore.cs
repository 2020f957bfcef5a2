using System.Collections.Concurrent;

namespace AiSimulator.Jobs;

/// <summary>The jobs of all asynchronous providers, in memory; the oldest are removed when there are too many.</summary>
internal sealed class JobStore
{
    private const int Kept = 5_000;

    private readonly ConcurrentDictionary<string, Job> _jobs = new();
    private readonly ConcurrentQueue<string> _byAge = new();

    public Job? Find(string provider, string id) => _jobs.TryGetValue(id, out var job) && job.Provider == provider ? job : null;

    public void Add(Job job)
    {
        _jobs[job.Id] = job;
        _byAge.Enqueue(job.Id);
        while (_byAge.Count > Kept && _byAge.TryDequeue(out var oldest)) _jobs.TryRemove(oldest, out _);
    }

    /// <summary>Changes a job that has not ended; null when there is none or it has.</summary>
    public Job? Change(string id, Func<Job, Job> change)
    {
        while (_jobs.TryGetValue(id, out var job) && !job.IsEnded)
        {
            var changed = change(job);
            if (_jobs.TryUpdate(id, changed, job)) return changed;
        }
        return null;
    }
}
