import { reasonMax } from './output.ts';

/** Escape functions as JavaScript source. A missing value prints nothing, in every mode. */
export const ESCAPES = {
  json: '(v)=>v===undefined?"":$$json(String(v)).slice(1,-1)',
  html: '(v)=>v===undefined?"":$$html(String(v))',
  url: '(v)=>v===undefined?"":$$url(v)',
  none: '$$plain',
} as const;

/**
 * The start of every program, as JavaScript source: escaping, skip() and fail(), freezing, and the output format.
 * Built-ins that the output depends on are saved before the template runs, since it may replace them.
 */
export const BOOTSTRAP = `
const $$json=JSON.stringify,$$parse=JSON.parse,$$own=Object.hasOwn,$$freezeOne=Object.freeze,$$encode=encodeURIComponent;
const $$set=(o,k,value)=>Object.defineProperty(o,k,{value,writable:true,enumerable:true,configurable:true});
const $$plain=(v)=>v===undefined?"":""+v;
const $$entities={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;"};
const $$html=(s)=>/[&<>"']/.test(s)?s.replace(/[&<>"']/g,(c)=>$$entities[c]):s;
const $$wellFormed=(s)=>s.isWellFormed()?s:s.toWellFormed();
const $$url=(v)=>$$encode($$wellFormed(String(v)));
const $$p=(v)=>v===undefined?"":$$url(v).replace(/[!'()*]/g,(c)=>"%"+c.charCodeAt(0).toString(16).toUpperCase());
const $$short=(v)=>String(v).slice(0,40);
let $$stop=null,$$at=0,$$n=0,$$ended=false,$$input;
const $$end=(s)=>{$$ended=true;return s};
class $$Stop{constructor(kind,reason,stack){this.kind=kind;this.reason=reason;this.stack=stack}}
const $$text=(reason,other)=>{const s=reason===undefined||reason===null?"":$$wellFormed(String(reason)).slice(0,${reasonMax});return s===""?other:s};
const skip=(reason)=>{throw $$stop??=new $$Stop("skipped",$$text(reason,"skipped by the template"),"")};
const fail=(reason)=>{throw $$stop??=new $$Stop("failed",$$text(reason,"failed by the template"),new Error("fail").stack)};
const $$freeze=(v)=>{
  if(typeof v!=="object"||v===null||Object.isFrozen(v))return v;
  $$freezeOne(v);
  if(Array.isArray(v))for(let i=0;i<v.length;i++){const x=v[i];if(typeof x==="object")$$freeze(x)}
  else for(const k in v){const x=v[k];if(typeof x==="object")$$freeze(x)}
  return v;
};
const $$expressionInput=(event)=>{
  const {ext,session,visitorId,name,data}=event??{};
  return $$freezeOne({ext,session,visitorId,name,...data});
};
const $$finishPath=(r)=>{
  const path=$$ended?r:$$p(r);
  const query=path.search(/[?#]/);
  if((query<0?path:path.slice(0,query)).split("/").some((s)=>/^(?:\\.|%2e){1,2}$/i.test(s)))fail("the path would contain a segment of dots alone");
  return path;
};
const $$finishText=(r)=>$$ended?r:$$plain(r);
const $$fail=(reason)=>{$$stop=new $$Stop("failed",reason,"");throw $$stop};
const $$output=(result,it,rest)=>{
  let body=result,isObject=false;
  if(typeof body!=="string"){
    if(typeof body==="object"&&body!==null){
      if(typeof body.then==="function")$$fail("the template returned a promise: templates are synchronous");
      body=$$json(body);
      isObject=true;
    }else if(typeof body==="function")$$fail("the template returned a function: call it, and return what it returns");
    else if(body!==undefined&&body!==null)body=String(body);
  }
  if(body===undefined||body===null||body==="")return '{"kind":"skipped","reason":"template returned nothing"}\\n';
  const tail=rest(it);
  if($$stop!==null)return $$stopped();
  const head=isObject?'{"kind":"body","isObject":true':'{"kind":"body","isObject":false';
  return head+tail+body;
};
const $$place=(stack)=>{
  const entries=$$maps[$$at].split(";").map((entry)=>entry.split(",").map(Number));
  const places=[];
  for(const row of String(stack).split("\\n")){
    const m=/^\\s*at .*:(\\d+):(\\d+)\\)?$/.exec(row);
    if(m===null)continue;
    const line=Number(m[1]),column=Number(m[2]);
    let found=null;
    for(const e of entries){if(e[0]>line||e[0]===line&&e[1]>column)break;found=e}
    if(found===null||found.length<5)continue;
    const below=line-found[0],isFixed=found.length>5;
    places.push({tag:found[2],line:isFixed?found[3]:found[3]+below,column:isFixed?found[4]:below===0?found[4]+column-found[1]:column});
  }
  // The outermost place is in the tag that ran, unless the engine had no place for the error and named an earlier one.
  if(places.length>0&&places[places.length-1].tag===$$n)return {line:places[0].line,column:places[0].column};
  const first=entries.find((e)=>e.length>4&&e[2]===$$n);
  return {line:first?.[3]??null,column:first?.[4]??null};
};
const $$reason=(error)=>{
  if(typeof error!=="object"||error===null)return $$text(error,"the template threw "+String(error));
  const name=String(error.name??"Error"),message=String(error.message??"");
  const missing=/^[Cc]annot read propert(?:y '(.*)' of (undefined|null)|ies of (undefined|null) \\(reading '(.*)'\\))/.exec(message);
  if(missing!==null){
    const what=missing[2]??missing[3];
    return $$text("\`"+$$short(missing[1]??missing[4])+"\` is read from a value that is "+(what==="null"?"null":"missing"));
  }
  const unknown=/^'?([^' ]*)'? is not defined$/.exec(message);
  if(unknown!==null)return "\`"+$$short(unknown[1])+"\` is not known here";
  if(/constant variable/.test(message))return "A const cannot be assigned again: declare it with let";
  if(/read[- ]only|object is not extensible|Cannot delete property|Cannot add property|could not delete/i.test(message))return $$text(message+": the input and constants cannot be changed; copy the input first");
  return $$text(name==="Error"?message:name+": "+message,name);
};
const $$stopped=()=>{
  const {kind,reason,stack}=$$stop;
  return kind==="skipped"?$$json({kind,reason})+"\\n":$$describe(reason,stack);
};
const $$describe=(reason,stack)=>{
  let place={line:null,column:null};
  // A template may have broken what finding the place needs.
  try{place=$$place(stack)}catch{}
  return $$json({kind:"failed",reason,line:place.line,column:place.column,in:$$places[$$at]})+"\\n";
};
const $$failed=(error)=>{
  if($$stop!==null)return $$stopped();
  let reason="the template failed",stack="";
  try{stack=error?.stack;reason=$$reason(error)}catch{}
  return $$describe(reason,stack);
};`.trim();
