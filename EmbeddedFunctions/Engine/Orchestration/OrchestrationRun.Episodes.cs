namespace EmbeddedFunctions.Engine.Orchestration;

/// <content>Its beginning, and the episodes that whoever runs the function sees.</content>
internal sealed partial class OrchestrationRun
{
    private bool _inEpisode;

    /// <summary>Calls the function up to its first await.</summary>
    public void Begin(bool replaying)
    {
        IsReplaying = replaying;
        _inEpisode = true;
        _scheduler.Run(() => Watch(_functions.RunOrchestratorAsync(_context)));
        CheckProgress();
    }

    /// <summary>All that the episode brought has been handed over; the next event begins another.</summary>
    public void EndEpisode()
    {
        _inEpisode = false;
        if (_context.Orchestrator is { HasEpisodes: true } orchestrator)
        {
            orchestrator.EndEpisode();
            if (_orchestrator is { IsCompleted: false })
            {
                // It never ends: what has not ended by now is for a further episode to end.
                _orchestrator = null;
            }
        }
    }

    /// <summary>It is terminated: an episode like any other, in which its code does not go on.</summary>
    public void SeeTermination()
    {
        if (_fatal is null) BeginEpisode();
    }

    /// <summary>The run leaves memory.</summary>
    public void End() => _context.Orchestrator?.Dispose();

    private void BeginEpisode()
    {
        if (!_inEpisode)
        {
            _inEpisode = true;
            if (_context.Orchestrator is { HasEpisodes: true } orchestrator)
            {
                _scheduler.Run(() => Watch(orchestrator.RunEpisodeAsync()));
            }
        }
    }

    private void Watch(Task<string?> orchestrator)
    {
        _orchestrator = orchestrator;
        if (!orchestrator.IsCompleted)
        {
            // A function that ends elsewhere than in its own steps has left the orchestration's thread.
            _ = orchestrator.ContinueWith(
                (_, self) => ((OrchestrationRun)self!).OnCompletedSomewhere(),
                this,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }
}
