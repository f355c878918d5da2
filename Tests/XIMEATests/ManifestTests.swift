import Testing

@testable import XIMEA

/// Lists of parameters in the form of the vendor's descriptions.
struct ManifestTests {
    private static let text = """
        <?xml version="1.0"?>
        <!--Camera model MQ013MG-E2-->
        <RegisterDescription xmlns="http://www.genicam.org/GenApi/Version_1_0">
          <Group Comment="Basic">
            <Float>
              <DisplayName>Exposure</DisplayName>
              <Description>a &amp; b</Description>
              <Xiapi_Par>exposure</Xiapi_Par>
              <ImposedAccessMode>RW</ImposedAccessMode>
            </Float>
            <Enumeration>
              <Xiapi_Par>shutter_type</Xiapi_Par>
              <EnumEntry>
                <DisplayName>Rolling &lt;1&gt;</DisplayName>
                <Value>1</Value>
              </EnumEntry>
              <EnumEntry>
                <DisplayName>Reset</DisplayName>
                <Value>2</Value>
              </EnumEntry>
              <ImposedAccessMode>RO</ImposedAccessMode>
              <pIsLocked>TLParamsLocked</pIsLocked>
            </Enumeration>
            <String>
              <Xiapi_Par>ffc_file</Xiapi_Par>
              <IsPath>1</IsPath>
            </String>
            <Integer>
              <DisplayName>without a name</DisplayName>
            </Integer>
          </Group>
        </RegisterDescription>
        """

    @Test func parametersHaveTheirKindsAccessAndChoices() {
        #expect(
            Manifest(Self.text).parameters == [
                Manifest.Parameter(kind: .float, name: "exposure"),
                Manifest.Parameter(
                    kind: .choice,
                    name: "shutter_type",
                    choices: [Manifest.Choice(key: 1, label: "Rolling <1>"), Manifest.Choice(key: 2, label: "Reset")],
                    isReadOnly: true,
                    isLocked: true
                ),
                Manifest.Parameter(kind: .string, name: "ffc_file", isPath: true),
            ]
        )
    }

    @Test(arguments: ["", "<", "<Float", "no XML", "<Float><Xiapi_Par>", "</EnumEntry></Float>", "<EnumEntry></Float>"])
    func textThatIsNoDescriptionHasNoParameters(text: String) {
        #expect(Manifest(text).parameters.isEmpty)
    }

    /// Every prefix and every text with a byte missing is read without an end in sight being passed.
    @Test func damagedTextIsReadAsFarAsItGoes() {
        let bytes = Array(Self.text.utf8)
        for cut in 0..<bytes.count {
            #expect(Manifest(String(decoding: bytes[..<cut], as: UTF8.self)).parameters.count <= 3)
            #expect(
                Manifest(String(decoding: bytes[..<cut] + bytes[(cut + 1)...], as: UTF8.self)).parameters.count <= 4
            )
        }
    }
}
