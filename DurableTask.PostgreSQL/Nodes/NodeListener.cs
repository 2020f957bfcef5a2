using DurableTask.PostgreSQL.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DurableTask.PostgreSQL.Nodes;

/// <summary>
/// The node's one standing session: it holds the lock that shows that the node lives, and receives the notifications of other nodes and clients.
/// </summary>
internal sealed class NodeListener(
    NpgsqlDataSource dataSource, NodeStore nodes, SqlText sql, TimeProvider timeProvider, ILogger<NodeListener> logger)
{
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>Instances without an owner are ready to run.</summary>
    public event Action? WorkIsReady;

    /// <summary>Messages wait for instances of this node.</summary>
    public event Action? MessagesHaveCome;

    /// <summary>Keeps the session up until it is canceled. <paramref name="ready"/> is completed by the first session.</summary>
    public async Task RunAsync(long nodeId, TaskCompletionSource ready, CancellationToken cancellationToken)
    {
        var mine = $"m{nodeId}";
        var isConnected = true;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = dataSource.CreateConnection();
                connection.Notification += (_, notification) =>
                {
                    if (string.Equals(notification.Payload, mine, StringComparison.Ordinal))
                    {
                        MessagesHaveCome?.Invoke();
                    }
                    else if (string.Equals(notification.Payload, "r", StringComparison.Ordinal))
                    {
                        WorkIsReady?.Invoke();
                    }
                };
                await connection.OpenAsync(cancellationToken);
                await nodes.HoldSessionAsync(connection, nodeId, cancellationToken);
                await using (var listen = new NpgsqlCommand($"listen {SqlText.QuoteIdentifier(sql.Channel)}", connection))
                {
                    await listen.ExecuteNonQueryAsync(cancellationToken);
                }

                isConnected = true;
                ready.TrySetResult();

                // Notifications that came while there was no session are lost: check for work.
                WorkIsReady?.Invoke();
                MessagesHaveCome?.Invoke();
                while (true)
                {
                    await connection.WaitAsync(cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                logger.Log(
                    isConnected ? LogLevel.Warning : LogLevel.Debug,
                    "The node's session with PostgreSQL ended ({Reason}); connecting again",
                    exception.Message);
                isConnected = false;
                await Task.Delay(ReconnectDelay, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
