using Atelier.Generation;
using Moq;

namespace FunctionApp.Tests.Campaigns;

/// <summary>A provider of each kind, by the names that <see cref="TestCampaign"/> uses.</summary>
internal static class TestGenerators
{
    public static GeneratorCatalog Create(ITextGenerator? text = null, IImageGenerator? image = null) => new(
        [text ?? Mock.Of<ITextGenerator>(generator => generator.Provider == "words")],
        [image ?? Mock.Of<IImageGenerator>(generator => generator.Provider == "paint" && generator.Capabilities == ImageCapabilities.AllFormats)],
        defaultText: "words",
        defaultImage: "paint");
}
