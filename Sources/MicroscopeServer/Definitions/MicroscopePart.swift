internal import Server

/// What of a microscope a process serves: a device, a group or devices that are opened together.
public struct MicroscopePart: Sendable {
    let draft: DefinitionDraft
}
