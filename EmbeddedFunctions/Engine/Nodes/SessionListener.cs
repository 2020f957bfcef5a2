using EmbeddedFunctions.Engine.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EmbeddedFunctions.Engine.Nodes;

/// <summary>
/// The node's one standing session: it holds the lock that shows that the node lives, and hears what other nodes and clients say.
/// </summary>
internal sealed class SessionListener(NpgsqlDataSource dataSource, string channel, EngineClock clock, ILogger<SessionListener> logger)
{
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>Instances that nobody holds want to run.</summary>
    public event Action? WorkIsReady;

    /// <summary>Messages wait for instances of this node.</summary>
    public event Action? MailHasCome;

    /// <summary>Keeps the session up until it is cancelled. <paramref name="ready"/> is completed by the first session.</summary>
    public async Task RunAsync(long nodeId, TaskCompletionSource ready, CancellationToken cancellationToken)
    {
        var mine = $"m{nodeId}";
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = dataSource.CreateConnection();
                connection.Notification += (_, notification) =>
                {
                    if (string.Equals(notification.Payload, mine, StringComparison.Ordinal))
                    {
                        MailHasCome?.Invoke();
                    }
                    else if (string.Equals(notification.Payload, "r", StringComparison.Ordinal))
                    {
                        WorkIsReady?.Invoke();
                    }
                };
                await connection.OpenAsync(cancellationToken);
                await NodeStore.HoldSessionAsync(connection, nodeId, cancellationToken);
                await using (var listen = new NpgsqlCommand($"listen {channel}", connection))
                {
                    await listen.ExecuteNonQueryAsync(cancellationToken);
                }

                ready.TrySetResult();

                // What was said while there was no session is looked up.
                WorkIsReady?.Invoke();
                MailHasCome?.Invoke();
                while (true)
                {
                    await connection.WaitAsync(cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (DatabaseErrors.IsOutage(exception))
            {
                logger.LogWarning("The node's session with PostgreSQL ended ({Reason}); connecting again", exception.Message);
                await Task.Delay(ReconnectDelay, clock.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
