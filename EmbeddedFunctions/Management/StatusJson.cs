using System.Globalization;
using System.Text.Json;
using DurableTask.Core.History;
using Microsoft.DurableTask.Client;

namespace EmbeddedFunctions.Management;

/// <summary>An instance as the management API tells it: these properties in this order.</summary>
internal static class StatusJson
{
    public static void Write(
        Utf8JsonWriter writer,
        OrchestrationMetadata instance,
        bool showInput,
        IEnumerable<HistoryEvent>? history = null,
        bool showHistoryOutput = false)
    {
        writer.WriteStartObject();
        writer.WriteString("name", instance.Name);
        writer.WriteString("instanceId", instance.InstanceId);
        writer.WriteString("runtimeStatus", instance.RuntimeStatus.ToString());
        ManagementAnswer.Value(writer, "input", showInput ? instance.SerializedInput : null);
        ManagementAnswer.Value(writer, "customStatus", instance.SerializedCustomStatus);
        ManagementAnswer.Value(writer, "output", instance.SerializedOutput);
        writer.WriteString("createdTime", WholeSeconds(instance.CreatedAt));
        writer.WriteString("lastUpdatedTime", WholeSeconds(instance.LastUpdatedAt));
        if (history is not null)
        {
            writer.WritePropertyName("historyEvents");
            HistoryJson.Write(writer, history, showInput, showHistoryOutput);
        }

        writer.WriteEndObject();
    }

    private static string WholeSeconds(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
