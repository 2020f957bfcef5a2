using Microsoft.Extensions.Logging;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>
/// Whether the database takes this node's work. Each outage is logged once when it begins and once when it is over.
/// </summary>
internal sealed class DatabaseHealth(TimeProvider timeProvider, ILogger<DatabaseHealth> logger)
{
    private readonly Lock _gate = new();
    private volatile TaskHubProblem? _problem;

    /// <summary>What is wrong; <see langword="null"/> while the database responds.</summary>
    public TaskHubProblem? Problem => _problem;

    /// <summary>Whether the database does not take what is written; commits wait until it does.</summary>
    public bool IsAway => _problem is not null;

    public void Failed(Exception exception)
    {
        var isDefect = DatabaseErrors.KindOf(exception) is DatabaseErrorKind.Defect;
        lock (_gate)
        {
            if (_problem is { } known && known.IsDefect == isDefect)
            {
                _problem = known with { Reason = exception.Message };
                return;
            }

            _problem = new TaskHubProblem(exception.Message, _problem?.Since ?? timeProvider.GetUtcNow(), isDefect);
        }

        if (isDefect)
        {
            logger.LogError(
                exception,
                "The task hub refuses this node's statements ({Reason}). The work is held; repair the schema or grant the missing right",
                exception.Message);
        }
        else
        {
            logger.LogWarning("The task hub's database does not take work ({Reason}). The work is held until it does", exception.Message);
        }
    }

    public void Succeeded()
    {
        if (_problem is null)
        {
            return;
        }

        TaskHubProblem? over;
        lock (_gate)
        {
            over = _problem;
            _problem = null;
        }

        if (over is not null)
        {
            var duration = timeProvider.GetUtcNow() - over.Since;
            logger.LogInformation("The task hub's database takes work again after {Seconds:F1} s", duration.TotalSeconds);
        }
    }
}
