using AiSimulator.Painting;

namespace FunctionApp.Tests.Simulator;

public sealed class BriefTests
{
    [Theory]
    [InlineData("A cat on the beach at sunset", "Beach", "Sunset")]
    [InlineData("Skiing in the Alps on a bright day", "Mountains", "Day")]
    [InlineData("Startup software for businesses at night", "City", "Night")]
    [InlineData("Misty forest in the morning", "Forest", "Dawn")]
    [InlineData("A new perfume bottle", "ProductStage", null)]
    [InlineData("Espresso and a latte", "CoffeeTable", null)]
    [InlineData("Ice cream for everyone", "Beach", null)]
    [InlineData("Electric cars", "Road", null)]
    public void Of_Words_DecidePlaceAndHour(string prompt, string setting, string? hour)
    {
        var brief = Brief.Of(prompt, 0, 0);

        Assert.Equal(setting, brief.Setting.ToString());
        if (hour is not null) Assert.Equal(hour, brief.Hour.ToString());
    }

    [Fact]
    public void Of_WordsThatOnlyBeginAlike_AreIgnored() =>
        Assert.NotEqual(Setting.Forest, Brief.Of("A campaign for a beach", 1, 0).Setting);

    [Fact]
    public void Of_Series_TurnsThroughTheHoursAndDoesNotOpenAtNight()
    {
        for (ulong chance = 0; chance < 50; chance++)
        {
            Assert.NotEqual(Hour.Night, Brief.Of("A mountain", 0, chance).Hour);
            Assert.Equal(4, Enumerable.Range(0, 4).Select(i => Brief.Of("A mountain", i, chance).Hour).Distinct().Count());
        }
    }

    [Fact]
    public void Of_Animals_AreSubjects() =>
        Assert.Equal([Subject.Cat, Subject.Dog], Brief.Of("Dogs and cats in the city", 0, 0).Subjects);
}
