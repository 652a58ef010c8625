// The AWS SDK for JavaScript: each way to invoke a model, on the model that the first argument names.
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";

const [, , modelId] = process.argv;
const client = new BedrockRuntimeClient({});
const read = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
const body = JSON.stringify({ messages: [{ role: "user", content: "How is the weather?" }] });
const messages = [{ role: "user", content: [{ text: "How is the weather?" }] }];
const found = {};

const invoked = await client.send(new InvokeModelCommand({ modelId, body }));
found.invoke = read(invoked.body).choices[0].message.content;

found.invokeStream = "";
const stream = await client.send(new InvokeModelWithResponseStreamCommand({ modelId, body }));
for await (const event of stream.body) {
  found.invokeStream += read(event.chunk.bytes).choices[0]?.delta.content ?? "";
}

const conversed = await client.send(new ConverseCommand({ modelId, messages }));
found.converse = conversed.output.message.content[0].text;

found.converseStream = "";
const conversation = await client.send(new ConverseStreamCommand({ modelId, messages }));
for await (const event of conversation.stream) {
  found.converseStream += event.contentBlockDelta?.delta.text ?? "";
}

console.log(JSON.stringify(found));
