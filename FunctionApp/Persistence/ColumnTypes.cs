using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Atelier.Persistence;

/// <summary>Column types for values that PostgreSQL has no type for.</summary>
internal static class ColumnTypes
{
    private const int StatusLength = 16;

    /// <summary>A small record as <c>jsonb</c>.</summary>
    public static PropertyBuilder<T> IsJson<T>(this PropertyBuilder<T> property) => property
        .HasColumnType("jsonb")
        .HasConversion(
            value => Write(value),
            text => Read<T>(text),
            new ValueComparer<T>(
                (left, right) => Write(left) == Write(right),
                value => StringComparer.Ordinal.GetHashCode(Write(value)),
                value => value));

    /// <summary>A status in upper case.</summary>
    public static PropertyBuilder<TStatus> IsStatus<TStatus>(this PropertyBuilder<TStatus> property)
        where TStatus : struct, Enum =>
        property.HasConversion(status => status.ToText(), text => Statuses.Parse<TStatus>(text)).HasMaxLength(StatusLength);

    /// <inheritdoc cref="IsStatus{TStatus}(PropertyBuilder{TStatus})"/>
    public static PropertyBuilder<TStatus?> IsStatus<TStatus>(this PropertyBuilder<TStatus?> property)
        where TStatus : struct, Enum =>
        property.HasConversion(status => status!.Value.ToText(), text => Statuses.Parse<TStatus>(text)).HasMaxLength(StatusLength);

    /// <summary>A value as it is stored.</summary>
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!;
}
