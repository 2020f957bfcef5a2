using Microsoft.Extensions.Logging;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>
/// Whether the database accepts this node's work. Each kind of work reports its own success and failure: one may succeed while another lacks a
/// right. Each outage is logged once when it begins and once when it is over.
/// </summary>
internal sealed class DatabaseHealth(TimeProvider timeProvider, ILogger<DatabaseHealth> logger)
{
    /// <summary>The work of writing commits.</summary>
    public const string Commits = "commits";

    /// <summary>The work of writing the heartbeat.</summary>
    public const string Heartbeat = "the heartbeat";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskHubProblem> _problems = new(StringComparer.Ordinal);
    private volatile TaskHubProblem? _problem;
    private volatile TaskHubProblem? _writeProblem;

    /// <summary>What is wrong; <see langword="null"/> while the database does all that the node asks for.</summary>
    public TaskHubProblem? Problem => _problem;

    /// <summary>Why the database does not accept commits; <see langword="null"/> while it does.</summary>
    public TaskHubProblem? WriteProblem => _writeProblem;

    public void Failed(string activity, Exception exception)
    {
        var isDefect = DatabaseErrors.KindOf(exception) is DatabaseErrorKind.Defect;
        bool isNews;
        lock (_gate)
        {
            isNews = _problem is null || (isDefect && !_problem.IsDefect);
            var since = _problems.TryGetValue(activity, out var known) ? known.Since : timeProvider.GetUtcNow();
            _problems[activity] = new TaskHubProblem(exception.Message, since, isDefect);
            Choose();
        }

        if (isNews && isDefect)
        {
            logger.LogError(
                exception,
                "The task hub refuses this node's statements ({Reason}). The work is held; repair the schema or grant the missing right",
                exception.Message);
        }
        else if (isNews)
        {
            logger.LogWarning("The task hub's database does not take work ({Reason}). The work is held until it does", exception.Message);
        }
    }

    public void Succeeded(string activity)
    {
        if (_problem is null)
        {
            return;
        }

        TaskHubProblem? over;
        lock (_gate)
        {
            over = _problems.Remove(activity) && _problems.Count == 0 ? _problem : null;
            Choose();
        }

        if (over is not null)
        {
            var duration = timeProvider.GetUtcNow() - over.Since;
            logger.LogInformation("The task hub's database takes work again after {Seconds:F1} s", duration.TotalSeconds);
        }
    }

    /// <summary>Of several problems shows one that an operator has to act on, or else the oldest.</summary>
    private void Choose()
    {
        _problem = _problems.Values.OrderByDescending(p => p.IsDefect).ThenBy(p => p.Since).FirstOrDefault();
        _writeProblem = _problems.GetValueOrDefault(Commits) ?? _problems.GetValueOrDefault(Heartbeat);
    }
}
