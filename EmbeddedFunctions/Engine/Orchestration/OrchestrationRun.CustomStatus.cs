namespace EmbeddedFunctions.Engine.Orchestration;

/// <content>What the code says of itself.</content>
internal sealed partial class OrchestrationRun
{
    private object? _statusObject;
    private bool _statusChanged;

    /// <summary>The custom status as JSON; <see langword="null"/> for none.</summary>
    public string? CustomStatus { get; private set; }

    /// <summary>Whether the status is another one than when this was last asked.</summary>
    /// <remarks>As on the official engine the object counts as it is at the end of a step: the code may go on filling it after it has set it.</remarks>
    public bool TakeStatusChange()
    {
        if (_statusObject is { } status)
        {
            try
            {
                Write(Converter.Serialize(status));
            }
            catch (Exception exception)
            {
                _statusObject = null;
                Fail(exception);
            }
        }

        var changed = _statusChanged;
        _statusChanged = false;
        return changed;
    }

    internal void SetCustomStatus(object? status)
    {
        _statusObject = status is string or ValueType ? null : status;
        Write(status is null ? null : Converter.Serialize(status));
    }

    private void Write(string? status)
    {
        _statusChanged |= !string.Equals(CustomStatus, status, StringComparison.Ordinal);
        CustomStatus = status;
    }
}
