namespace Atelier.Persistence.Tables;

/// <summary>A row of <c>share_reports</c>: a visitor's complaint about what a share shows. It goes with the share.</summary>
public sealed class ShareReport
{
    /// <summary>UUIDv7.</summary>
    public Guid Id { get; init; }

    public Guid ShareId { get; init; }

    public required string Reason { get; init; }

    public DateTimeOffset At { get; init; }
}
