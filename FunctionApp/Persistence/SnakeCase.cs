using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Atelier.Persistence;

/// <summary>Names columns, keys and foreign keys in snake case, as is usual in PostgreSQL.</summary>
internal static class SnakeCase
{
    public static void Apply(IMutableModel model)
    {
        foreach (var entity in model.GetEntityTypes())
        {
            var table = entity.GetTableName()!;
            foreach (var property in entity.GetProperties())
                property.SetColumnName(Convert(property.Name));
            foreach (var key in entity.GetKeys())
                key.SetName($"pk_{table}");
            foreach (var foreignKey in entity.GetForeignKeys())
                foreignKey.SetConstraintName($"fk_{table}_{foreignKey.PrincipalEntityType.GetTableName()}");
        }
    }

    private static string Convert(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
