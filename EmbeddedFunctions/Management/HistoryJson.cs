using System.Globalization;
using System.Text.Json;
using DurableTask.Core;
using DurableTask.Core.History;

namespace EmbeddedFunctions.Management;

/// <summary>
/// A history as the management API tells it: what was scheduled is folded into its result, which then names its function and the time at
/// which it was called.
/// </summary>
internal static class HistoryJson
{
    public static void Write(Utf8JsonWriter writer, IEnumerable<HistoryEvent> history, bool showInput, bool showOutput)
    {
        var scheduled = new Dictionary<int, (string? Name, string? Input, DateTime At)>();
        writer.WriteStartArray();
        foreach (var e in history)
        {
            switch (e)
            {
                case TaskScheduledEvent call:
                    scheduled[call.EventId] = (call.Name, call.Input, call.Timestamp);
                    break;
                case SubOrchestrationInstanceCreatedEvent call:
                    scheduled[call.EventId] = (call.Name, call.Input, call.Timestamp);
                    break;
                default:
                    writer.WriteStartObject();
                    writer.WriteString("EventType", e.EventType.ToString());
                    One(writer, e, scheduled, showInput, showOutput);
                    writer.WriteEndObject();
                    break;
            }
        }

        writer.WriteEndArray();
    }

    private static void One(
        Utf8JsonWriter writer,
        HistoryEvent e,
        Dictionary<int, (string? Name, string? Input, DateTime At)> scheduled,
        bool showInput,
        bool showOutput)
    {
        switch (e)
        {
            case ExecutionStartedEvent started:
                if (showInput) writer.WriteString("Input", started.Input);
                writer.WriteNull("Correlation");
                writer.WriteNull("ParentTraceContext");
                if (started.ScheduledStartTime is { } at) Time(writer, "ScheduledStartTime", at);
                else writer.WriteNull("ScheduledStartTime");
                writer.WriteNumber("Generation", 0);
                writer.WriteBoolean("GenerateNewTrace", false);
                Time(writer, "Timestamp", e.Timestamp);
                writer.WriteString("FunctionName", started.Name);
                return;
            case TaskCompletedEvent completed:
                Result(writer, completed.Result, showOutput);
                Call(writer, e, scheduled, completed.TaskScheduledId, showInput && showOutput);
                return;
            case SubOrchestrationInstanceCompletedEvent completed:
                Result(writer, completed.Result, showOutput);
                Call(writer, e, scheduled, completed.TaskScheduledId, showInput && showOutput);
                return;
            case TaskFailedEvent failed:
                Failure(writer, failed.Reason, failed.Details, failed.FailureDetails);
                Call(writer, e, scheduled, failed.TaskScheduledId, showInput && showOutput);
                return;
            case SubOrchestrationInstanceFailedEvent failed:
                Failure(writer, failed.Reason, failed.Details, failed.FailureDetails);
                Call(writer, e, scheduled, failed.TaskScheduledId, showInput && showOutput);
                return;
            case TimerCreatedEvent timer:
                Time(writer, "FireAt", timer.FireAt);
                break;
            case TimerFiredEvent timer:
                Time(writer, "FireAt", timer.FireAt);
                break;
            case EventRaisedEvent raised:
                if (showInput) writer.WriteString("Input", raised.Input);
                writer.WriteString("Name", raised.Name);
                break;
            case EventSentEvent sent:
                writer.WriteString("InstanceId", sent.InstanceId);
                writer.WriteString("Name", sent.Name);
                if (showInput) writer.WriteString("Input", sent.Input);
                break;
            case ExecutionTerminatedEvent terminated:
                if (showInput) writer.WriteString("Input", terminated.Input);
                break;
            case ExecutionSuspendedEvent suspended:
                writer.WriteString("Reason", suspended.Reason);
                break;
            case ExecutionResumedEvent resumed:
                writer.WriteString("Reason", resumed.Reason);
                break;
            case ExecutionCompletedEvent ended:
                writer.WriteString("OrchestrationStatus", ended.OrchestrationStatus.ToString());
                Result(writer, ended.Result, showOutput);
                Details(writer, ended.FailureDetails);
                break;
            default:
                break;
        }

        Time(writer, "Timestamp", e.Timestamp);
    }

    private static void Call(
        Utf8JsonWriter writer,
        HistoryEvent e,
        Dictionary<int, (string? Name, string? Input, DateTime At)> scheduled,
        int taskId,
        bool showInput)
    {
        Time(writer, "Timestamp", e.Timestamp);
        if (!scheduled.TryGetValue(taskId, out var call)) return;
        writer.WriteString("ScheduledTime", new DateTimeOffset(Utc(call.At)).ToString("O", CultureInfo.InvariantCulture));
        writer.WriteString("FunctionName", call.Name);
        if (showInput) writer.WriteString("Input", call.Input);
    }

    private static void Result(Utf8JsonWriter writer, string? result, bool showOutput)
    {
        if (showOutput) ManagementAnswer.Value(writer, "Result", result);
    }

    private static void Failure(Utf8JsonWriter writer, string? reason, string? details, FailureDetails? failure)
    {
        writer.WriteString("Reason", reason);
        writer.WriteString("Details", details);
        Details(writer, failure);
    }

    private static void Details(Utf8JsonWriter writer, FailureDetails? failure)
    {
        writer.WritePropertyName("FailureDetails");
        JsonSerializer.Serialize(writer, failure);
    }

    private static void Time(Utf8JsonWriter writer, string name, DateTime time) =>
        writer.WriteString(name, Utc(time).ToString("O", CultureInfo.InvariantCulture));

    private static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);
}
