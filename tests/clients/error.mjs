// The AWS SDK for JavaScript: what a call of Converse that may be tried so many times comes to.
import { BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";

const [, , modelId, maxAttempts] = process.argv;
const client = new BedrockRuntimeClient({ maxAttempts: Number(maxAttempts) });
const messages = [{ role: "user", content: [{ text: "How is the weather?" }] }];

try {
  const { output } = await client.send(new ConverseCommand({ modelId, messages }));
  console.log(JSON.stringify(output.message.content[0].text));
} catch (error) {
  console.log(JSON.stringify([error.name, error.code ?? null]));
}
